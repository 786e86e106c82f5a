"""Small photos of listings, as a page holds them."""

import base64
import functools
from collections.abc import Callable, Iterable

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.thumbnails import small_photo
from shopee_tf.report.blocks import GalleryRow, Listing

SIDE = 160  # pixels of the longer side

Thumbnail = Callable[[int], str | None]
"""From a row of the catalogue to its photo as a data: URI; None where there is none."""


def thumbnails(catalog: Catalog, folder: str | None) -> Thumbnail:
    """Returns a function that makes the photo of a row small, as `small_photo`; each once.

    Args:
      catalog: the listings.
      folder: of the photos; None where none are to be shown.
    """

    @functools.cache
    def of_name(name: str) -> str | None:
        jpeg = small_photo(folder, name, side=SIDE)
        return jpeg and "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")

    if catalog.images is None:
        return lambda row: None
    return lambda row: of_name(catalog.images[row])


def gallery_row(
    catalog: Catalog, thumbnail: Thumbnail, rows: Iterable[int], caption: str
) -> GalleryRow:
    """Shows rows of the catalogue side by side; notes tell their products, where these differ."""
    rows, labels = list(rows), catalog.label_groups
    notes = ["" for _ in rows]
    if labels is not None and len(set(labels[rows])) > 1:
        notes = [f"product {label}" for label in labels[rows]]
    shown = (listing(catalog, thumbnail, row, note=note) for row, note in zip(rows, notes))
    return GalleryRow(caption, tuple(shown))


def listing(
    catalog: Catalog, thumbnail: Thumbnail, row: int, *, note: str = "", mark: str = ""
) -> Listing:
    """Shows one row of the catalogue.

    Args:
      catalog: the listings.
      thumbnail: as `thumbnails` returns it.
      row: of the catalogue.
      note: a line below it.
      mark: of `blocks.MARKS`.
    """
    posting, title = catalog.posting_ids[row], catalog.titles[row]
    return Listing(posting, title, thumbnail(int(row)), note, mark)
