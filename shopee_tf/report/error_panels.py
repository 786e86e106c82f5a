"""Panels of listings: what each should match, and what it does."""

from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.mistakes import JudgedRows, Mistake, drawn_mistakes, most_mistaken
from shopee_tf.report.blocks import Block, Gallery, GalleryRow, Text
from shopee_tf.report.photos import Thumbnail, listing
from tfrecords.wording import counted

_PANELS = 6  # of each kind
_SHOWN = 5  # listings of each mark in a panel


def panel_blocks(
    judged: JudgedRows, catalog: Catalog, thumbnail: Thumbnail, *, seed: int
) -> list[Block]:
    """Shows the worst false positives, the worst false negatives, and listings drawn at random.

    Args:
      judged: the matches of all listings.
      catalog: labelled.
      thumbnail: of its rows.
      seed: draws the listings of the last gallery.
    """
    blocks: list[Block] = []
    for title, none, wrong in zip(*_WORST, (judged.strangers, judged.missed), strict=True):
        worst = most_mistaken(judged, wrong, most=_PANELS)
        if worst:
            blocks.append(_gallery(title, _ORDER, worst, catalog, thumbnail))
        else:
            blocks.append(Text(none))
    drawn = drawn_mistakes(judged, most=_PANELS, seed=seed)
    caption = f"Drawn from all {counted(len(judged.matches), 'listing')}, by seed {seed}."
    return [*blocks, _gallery("Drawn at random", caption, drawn, catalog, thumbnail)]


_WORST = (
    ("Worst false positives", "Worst false negatives"),
    ("No listing matches one of another product.", "No listing misses one of its product."),
)
_ORDER = (
    "The listing with the most of them comes first. One that a panel already shows gets no panel "
    "of its own."
)


def _gallery(title, caption, mistakes: Sequence[Mistake], catalog, thumbnail) -> Gallery:
    rows = tuple(panel_row(mistake, catalog, thumbnail) for mistake in mistakes)
    return Gallery(title, rows, f"{caption} {_MARKS}")


_MARKS = (
    "Blue: the listing asked about; dashed: of its product, and no match; green: of its product, "
    f"and a match; red: a match of another product. At most {_SHOWN} of each are shown. F1 counts "
    "the listing itself as found; the numbers of true and predicted listings leave it out."
)


def panel_row(mistake: Mistake, catalog: Catalog, thumbnail: Thumbnail) -> GalleryRow:
    """One listing; its true matches, those missed and those found; its matches, found and wrong."""
    missed = [row for row, right in mistake.true if not right]
    found = [row for row, right in mistake.predicted if right]
    wrong = [row for row, right in mistake.predicted if not right]
    shown = [listing(catalog, thumbnail, mistake.row, note="asked about", mark="query")]
    for mark, rows in (("missed", missed), ("right", found), ("wrong", wrong)):
        note = _NOTES[mark]
        shown += [listing(catalog, thumbnail, row, note=note, mark=mark) for row in rows[:_SHOWN]]
    caption = (
        f"product {catalog.label_groups[mistake.row]}, F1 {mistake.score:.3f}: "
        f"{len(mistake.true):,} true, {len(mistake.predicted):,} predicted; "
        f"{len(missed):,} missed, {len(found):,} found, {len(wrong):,} wrong"
    )
    return GalleryRow(caption, tuple(shown))


_NOTES = {"missed": "missed", "right": "found", "wrong": "another product"}
