"""Panels of listings: what each should match, and what it does."""

from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.metrics import Matches
from shopee_tf.report.blocks import Block, Gallery, GalleryRow, Text
from shopee_tf.report.mistakes import Mistakes, Panel, drawn_panels, worst_panels
from shopee_tf.report.photos import Thumbnail, listing

_PANELS = 6  # of each kind
_SHOWN = 5  # listings of each mark in a panel


def panel_blocks(
    mistakes: Mistakes, matches: Matches, catalog: Catalog, thumbnail: Thumbnail, *, seed: int
) -> list[Block]:
    """Shows the worst false positives, the worst false negatives, and listings drawn at random.

    Args:
      mistakes: of all listings.
      matches: the same.
      catalog: labelled.
      thumbnail: of its rows.
      seed: draws the listings of the last gallery.
    """
    labels = catalog.labels
    how = {"most": _PANELS}
    worst = [
        worst_panels(mistakes, wrong, matches, labels, **how)
        for wrong in (mistakes.strangers, mistakes.missed)
    ]
    drawn = drawn_panels(mistakes, matches, labels, seed=seed, **how)
    blocks: list[Block] = []
    for (title, none), panels in zip(_WORST, worst, strict=True):
        if panels:
            blocks.append(_gallery(title, _ORDER, panels, catalog, thumbnail))
        else:
            blocks.append(Text(none))
    caption = f"Drawn from all {len(matches):,} listings, by seed {seed}."
    return [*blocks, _gallery("Drawn at random", caption, drawn, catalog, thumbnail)]


_WORST = (
    ("Worst false positives", "No listing matches one of another product."),
    ("Worst false negatives", "No listing misses one of its product."),
)
_ORDER = "The most of them first. A listing that one panel shows has none of its own further down."


def _gallery(title, caption, panels: Sequence[Panel], catalog, thumbnail) -> Gallery:
    rows = tuple(panel_row(panel, catalog, thumbnail) for panel in panels)
    return Gallery(title, rows, f"{caption} {_MARKS}")


_MARKS = (
    "Blue: the listing asked about; dashed: of its product, and no match; green: of its product, "
    "and a match; red: a match of another product."
)


def panel_row(panel: Panel, catalog: Catalog, thumbnail: Thumbnail) -> GalleryRow:
    """One listing; its true matches, those missed and those found; its matches, found and wrong."""
    found = set(panel.predicted)
    missed = [row for row in panel.truth if row not in found]
    right = [row for row in panel.predicted if row in panel.truth]
    wrong = [row for row in panel.predicted if row not in panel.truth]
    shown = [listing(catalog, thumbnail, panel.row, note="asked about", mark="query")]
    for mark, rows in (("missed", missed), ("right", right), ("wrong", wrong)):
        note = _NOTES[mark]
        shown += [listing(catalog, thumbnail, row, note=note, mark=mark) for row in rows[:_SHOWN]]
    caption = (
        f"product {catalog.label_groups[panel.row]}, F1 {panel.f1:.3f}: "
        f"{len(panel.truth):,} true, {len(panel.predicted):,} predicted; "
        f"{len(missed):,} missed, {len(right):,} found, {len(wrong):,} wrong"
    )
    return GalleryRow(caption, tuple(shown))


_NOTES = {"missed": "missed", "right": "found", "wrong": "another product"}
