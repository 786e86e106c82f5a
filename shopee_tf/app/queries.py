"""A new listing, asked about: a catalogue of one row against the older one."""

import contextlib
import pathlib
import tempfile
from collections.abc import Iterator

import pandas as pd

from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import Catalog, catalog_from_frame
from shopee_tf.data.catalog_join import JoinedCatalogs, join_catalogs, join_photos
from shopee_tf.data.images import open_image
from shopee_tf.data.phash import image_phash
from shopee_tf.explaining.cards import Card, Explainer
from tfrecords import files
from tfrecords.errors import UsageError

_PHOTO = "query.jpg"


def ask(
    bench: Workbench, *, title: str = "", jpeg: bytes | None = None, limit: int = 12
) -> list[Card]:
    """Finds what a new listing may match, the best first, and says why.

    It is matched as `python -m shopee_tf.match --against` would: the older listings are searched
    again with the new one among them, but not encoded again.

    Args:
      bench: the older catalogue.
      title: of the new listing; "" for none.
      jpeg: its photo, from `uploads.read_upload`; None for none.
      limit: the most cards.

    Raises:
      UsageError: neither a title nor a photo, or a photo that no system of the matcher looks at.
    """
    if not title.strip() and jpeg is None:
        raise UsageError("Give a photo or a title.")
    if jpeg is not None and not bench.sees_photos:
        raise UsageError("No system of this matcher looks at photos: give a title.")
    with _joined(bench, _new_listing(bench, title, jpeg), jpeg) as (joined, images):
        source = bench.source.joined(joined.catalog, images=images)
        explainer = Explainer(bench.matcher, source)
    posting = joined.catalog.posting_ids[-1]
    return cards_of(explainer, posting, limit=limit)


def cards_of(explainer: Explainer, posting: str, *, limit: int) -> list[Card]:
    """The cards of what a listing of the catalogue may match, the best first."""
    return [explainer.card(posting, other) for other in explainer.candidates(posting)[:limit]]


def _new_listing(bench: Workbench, title: str, jpeg: bytes | None) -> Catalog:
    """A catalogue of one row, with the columns that the systems see in the older one."""
    known = set(bench.catalog.posting_ids)
    posting = next(name for name in _names() if name not in known)
    row = {"posting_id": posting, "title": title}
    if "image" in bench.catalog.frame:
        row["image"] = _PHOTO if jpeg else ""
    if "image_phash" in bench.catalog.frame:
        row["image_phash"] = image_phash(open_image(jpeg)) if jpeg else ""
    return catalog_from_frame(pd.DataFrame([row]))


def _names() -> Iterator[str]:
    number = 0
    while True:
        yield f"new{number or ''}"
        number += 1


@contextlib.contextmanager
def _joined(
    bench: Workbench, new: Catalog, jpeg: bytes | None
) -> Iterator[tuple[JoinedCatalogs, str | None]]:
    """Both catalogues as one, and the folder that holds the photos of both while the block runs."""
    joined = join_catalogs(bench.catalog, new)
    if bench.images is None:
        yield joined, None
        return
    with tempfile.TemporaryDirectory() as folder:
        if jpeg is not None:
            with files.atomic_write(pathlib.Path(folder, _PHOTO)) as file:
                file.write(jpeg)
        catalog, images = join_photos(joined, images=folder, older=bench.images)
        yield joined._replace(catalog=catalog), images
