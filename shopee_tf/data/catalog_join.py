"""Two catalogues as one: the older listings first, then those that are new."""

import os
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.image_files import leads_out
from tfrecords.errors import UsageError

# What systems and labels read: of a listing that lacks the column nothing would be known, which
# is not the same as knowing that there is no photo.
_IN_BOTH = ("image", "image_phash", "label_group")


class JoinedCatalogs(NamedTuple):
    """One catalogue of two."""

    catalog: Catalog  # rows 0..m-1 are the older listings, m.. the new ones
    new_rows: np.ndarray  # [c] int32, m, m + 1, ...
    repeated: int  # listings of the newer that stand in the older with the same content


def join_catalogs(older: Catalog, newer: Catalog) -> JoinedCatalogs:
    """Joins two catalogues, to find the matches of new listings among old ones and new ones.

    A listing of the newer that stands in the older as it is, is new no more: it stays an old one.
    Columns that only one has are empty in the other; of image, image_phash and label_group only
    those that both have are kept.

    Raises:
      UsageError: an id of both on listings that differ, or nothing that is new.

    Example:
      >>> from shopee_tf.data.catalog import catalog_from_frame
      >>> older = catalog_from_frame(pd.DataFrame({"posting_id": ["a"], "title": ["tas"]}))
      >>> newer = catalog_from_frame(pd.DataFrame({"posting_id": ["b"], "title": ["topi"]}))
      >>> joined = join_catalogs(older, newer)
      >>> joined.catalog.posting_ids.tolist(), joined.new_rows.tolist()
      (['a', 'b'], [1])
    """
    repeated = _repeated(older.frame, newer.frame)
    new = newer.frame[~repeated]
    if new.empty:
        raise UsageError("nothing is new: every listing stands in the older catalogue as it is")
    alone = [name for name in _IN_BOTH if (name in older.frame) != (name in new)]
    frames = [frame.drop(columns=alone, errors="ignore") for frame in (older.frame, new)]
    catalog = Catalog(pd.concat(frames, ignore_index=True).fillna(""))  # both are checked already
    rows = np.arange(len(older), len(catalog), dtype=np.int32)
    return JoinedCatalogs(catalog, rows, int(repeated.sum()))


def join_photos(joined: JoinedCatalogs, *, images: str, older: str) -> tuple[Catalog, str]:
    """Names the photos of both catalogues from one folder that holds theirs.

    A photo that leads out of its own folder, by its name or by a link, gets a name that leads out
    of the common one, so that it is refused as it would have been.

    Args:
      joined: the catalogue.
      images: folder of the photos of new listings.
      older: folder of those of old ones; it may be the same.

    Returns:
      The catalogue, and the folder.

    Raises:
      UsageError: there is no such folder.
    """
    for folder in (images, older):
        if not os.path.isdir(folder):
            raise UsageError(f"{folder}: no such folder of photos")
    images, older = os.path.abspath(images), os.path.abspath(older)
    common = os.path.commonpath([images, older])
    catalog, _, _ = joined
    if catalog.images is None:
        return catalog, common
    split = len(catalog) - len(joined.new_rows)
    names = [
        *_named_from(common, older, catalog.images[:split]),
        *_named_from(common, images, catalog.images[split:]),
    ]
    return catalog.with_column("image", names), common


def _named_from(common: str, folder: str, names: Iterable[str]) -> list[str]:
    inside = os.path.relpath(folder, common)
    if inside == ".":
        return list(names)
    return [name and f"{os.pardir if leads_out(folder, name) else inside}/{name}" for name in names]


def _repeated(older: pd.DataFrame, newer: pd.DataFrame) -> np.ndarray:
    """Which listings of the newer stand in the older as they are, [m] bool."""
    columns = [name for name in newer if name in older]
    old = older.set_index("posting_id", drop=False)[columns]
    known = newer["posting_id"].isin(old.index).to_numpy()
    there = newer.loc[known, columns]
    differ = (there.to_numpy() != old.loc[there["posting_id"]].to_numpy()).any(axis=1)
    if differ.any():
        first = there["posting_id"].to_numpy()[differ][0]
        raise UsageError(
            f"posting_id {first} stands in both catalogues, on listings that differ: give the new "
            "one an id of its own, or remove the old one by --remove=FILE"
        )
    return known
