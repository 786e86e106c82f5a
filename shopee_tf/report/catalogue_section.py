"""The section on the catalogue itself: what it holds, before any system looks at it."""

import functools
from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.progress import Progress
from shopee_tf.report.audit import audit_blocks
from shopee_tf.report.blocks import Block, Section
from shopee_tf.report.galleries import gallery_blocks
from shopee_tf.report.languages import language_blocks
from shopee_tf.report.listing_counts import listing_count_blocks
from shopee_tf.report.photo_shapes import photo_shape_blocks
from shopee_tf.report.photos import Thumbnail
from shopee_tf.report.repeats import repeat_blocks
from shopee_tf.report.title_stages import title_stage_blocks
from shopee_tf.report.title_words import word_blocks
from shopee_tf.report.units_found import unit_blocks


def catalogue_section(
    catalog: Catalog,
    thumbnail: Thumbnail,
    *,
    written: Sequence[str],
    images: str | None,
    seed: int,
    progress: Progress | None = None,
) -> Section:
    """Looks at a catalogue from all sides that need no system.

    Args:
      catalog: with or without labels and photos; what needs these is left out without them.
      thumbnail: of its rows.
      written: titles as the csv has them.
      images: folder of the photos; None for none.
      seed: draws what is shown as an example.
      progress: called with (done, total), of photos and of parts of the section.
    """
    titles, look = catalog.titles.tolist(), functools.partial
    parts = [
        look(audit_blocks, catalog),
        look(listing_count_blocks, catalog),
        look(_photo_shapes, catalog, images, progress),
        look(repeat_blocks, catalog, thumbnail),
        look(gallery_blocks, catalog, thumbnail, seed=seed),
        look(word_blocks, titles, seed=seed),
        look(title_stage_blocks, titles, written),
        look(language_blocks, titles, seed=seed),
        look(unit_blocks, titles),
    ]
    blocks: list[Block] = []
    for done, part in enumerate(parts, start=1):
        blocks += part()
        if progress:
            progress(done, len(parts))
    return Section("catalogue", "The catalogue", tuple(blocks))


def _photo_shapes(catalog, images, progress):
    if images is None:
        return []
    return photo_shape_blocks(catalog.images.tolist(), images, progress=progress)
