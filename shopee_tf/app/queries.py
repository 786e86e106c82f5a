"""A new listing, asked about: a catalogue of one row against the older one."""

import contextlib
import pathlib
import tempfile
from collections.abc import Iterator

import pandas as pd

from shopee_tf.app.surroundings import open_surroundings
from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import Catalog, catalog_from_frame
from shopee_tf.data.catalog_join import join_catalogs
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

    It is matched among the listings around it (`open_surroundings`), nearly as `python -m
    shopee_tf.match --against` matches it among all: older listings are not encoded again, and those
    far from it not judged again.

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
    joined = join_catalogs(bench.catalog, _new_listing(bench, title, jpeg)).catalog
    with _folder_of(jpeg) as images:
        source = bench.source.joined(joined, images=images)
        explainer = open_surroundings(bench.matcher, source, bench.explainer)
    return cards_of(explainer, joined.posting_ids[-1], limit=limit)


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
def _folder_of(jpeg: bytes | None) -> Iterator[str]:
    """A folder that holds the photo, if there is one, and nothing else while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        if jpeg is not None:
            with files.atomic_write(pathlib.Path(folder, _PHOTO)) as file:
                file.write(jpeg)
        yield folder
