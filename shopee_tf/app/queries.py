"""A new listing, asked about: a catalogue of one row against the older one."""

import contextlib
import itertools
import pathlib
import tempfile
from collections.abc import Iterable, Iterator

import pandas as pd

from shopee_tf.app.surroundings import open_surroundings
from shopee_tf.app.uploads import Upload
from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import Catalog, catalog_from_frame
from shopee_tf.data.catalog_join import join_catalogs
from shopee_tf.explaining.cards import Card, Explainer
from tfrecords import files
from tfrecords.errors import UsageError


def ask(
    bench: Workbench, *, title: str = "", photo: Upload | None = None, limit: int = 12
) -> list[Card]:
    """Finds what a new listing may match, the best first, and says why.

    It is matched among the listings around it (`open_surroundings`), nearly as `python -m
    shopee_tf.match --against` matches it among all: older listings are not encoded again, and those
    far from it not judged again.

    Args:
      bench: the older catalogue.
      title: of the new listing; "" for none.
      photo: of it; None for none.
      limit: the most cards.

    Raises:
      UsageError: neither a title nor a photo, or a photo that no system of the matcher looks at.
    """
    if not title.strip() and photo is None:
        raise UsageError("Give a photo or a title.")
    if photo is not None and not bench.sees_photos:
        raise UsageError("No system of this matcher looks at photos: give a title.")
    new = _new_listing(bench, title, photo)
    joined = join_catalogs(bench.catalog, new).catalog
    with _folder_of(photo, new) as images:
        source = bench.source.joined(joined, images=images)
        explainer = open_surroundings(bench.matcher, source, bench.explainer)
    return cards_of(explainer, joined.posting_ids[-1], limit=limit)


def cards_of(explainer: Explainer, posting: str, *, limit: int) -> list[Card]:
    """The cards of what a listing of the catalogue may match, the best first."""
    return [explainer.card(posting, other) for other in explainer.candidates(posting)[:limit]]


def _new_listing(bench: Workbench, title: str, photo: Upload | None) -> Catalog:
    """A catalogue of one row, with the columns that the systems see in the older one."""
    catalog = bench.catalog
    row = {"posting_id": _unused(catalog.posting_ids), "title": title}
    if catalog.images is not None:
        # One photo of two listings has one name, and another has another.
        row["image"] = _unused(catalog.images, ".jpg") if photo else ""
    if catalog.image_phashes is not None:
        row["image_phash"] = photo.phash if photo else ""
    return catalog_from_frame(pd.DataFrame([row]))


def _unused(names: Iterable[str], ending: str = "") -> str:
    known = set(names)
    numbers = itertools.chain([""], itertools.count(1))
    return next(name for number in numbers if (name := f"new{number}{ending}") not in known)


@contextlib.contextmanager
def _folder_of(photo: Upload | None, new: Catalog) -> Iterator[str]:
    """A folder that holds the photo of a listing, if there is one, while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        if photo is not None and new.images is not None:
            with files.atomic_write(pathlib.Path(folder, new.images[0])) as file:
                file.write(photo.jpeg)
        yield folder
