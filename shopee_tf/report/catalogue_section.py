"""The section on the catalogue itself: what it holds, before any system looks at it."""

from collections.abc import Callable

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Section, Text
from shopee_tf.report.photos import Thumbnail


def catalogue_section(
    catalog: Catalog,
    thumbnail: Thumbnail,
    *,
    images: str | None,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Section:
    """Looks at a catalogue from all sides that need no system.

    Args:
      catalog: with or without labels and photos; what needs these is left out without them.
      thumbnail: of its rows.
      images: folder of the photos; None for none.
      seed: draws the listings that are shown.
      progress: called with (done, total) parts.
    """
    blocks = [Text(f"{len(catalog):,} listings.")]
    return Section("catalogue", "The catalogue", tuple(blocks))
