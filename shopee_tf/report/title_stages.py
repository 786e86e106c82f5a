"""How long titles are: as they are written, cleaned, and normalised."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.csv_file import read_rows
from shopee_tf.data.title_normalization import normalize_title
from shopee_tf.report.blocks import Block, Figure, Table
from shopee_tf.report.drawing import COLORS, as_block, new_axes

STEPS = ("byte_escapes", "accents", "units", "promo", "punctuation")
"""The steps of the last stage: those that keep words as they are."""

MEASURES: dict[str, Callable[[str], int]] = {
    "length": len,
    "words": lambda title: len(title.split()),
    "characters": lambda title: sum(not char.isspace() for char in title),
}
_STAGES = ("as written", "cleaned", "normalised")
_SHOWN = 99.5  # % of the titles; the few longer ones would flatten all else
_BINS = 50


class WrittenTitles(NamedTuple):
    """Titles of a csv as it has them, those of repeated rows too."""

    titles: list[str]
    more: bool  # whether rows were left unread


def written_titles(
    path: str | os.PathLike, *, encoding: str = "utf-8", limit_rows: int | None = None
) -> WrittenTitles:
    """Reads the titles of a csv, all or those of its first rows."""
    found = read_rows(path, encoding=encoding, limit_rows=limit_rows)
    place = found.header.index("title")
    return WrittenTitles([row[place] for row in found.rows], found.more)


def title_stage_blocks(titles: Sequence[str], written: Sequence[str]) -> list[Block]:
    """Draws and lists the length, the words and the characters of titles at each stage.

    Args:
      titles: of the catalogue, which are cleaned.
      written: as the csv has them.
    """
    normalised = [normalize_title(title, STEPS) for title in titles]
    stages = dict(zip(_STAGES, (written, titles, normalised), strict=True))
    counts = {
        (measure, stage): np.array([count(title) for title in found])
        for measure, count in MEASURES.items()
        for stage, found in stages.items()
    }
    return [_figure(counts), _table(counts)]


def _figure(counts) -> Figure:
    figure, line = new_axes(len(MEASURES), width=9.5)
    for axes, measure in zip(line, MEASURES, strict=True):
        shown = [counts[measure, stage] for stage in _STAGES]
        end = int(max(np.percentile(one, _SHOWN) for one in shown)) + 1
        step = max(1, -(-end // _BINS))
        edges = np.arange(0, end + step + 1, step) - 0.5
        for stage, one, color in zip(_STAGES, shown, COLORS, strict=True):
            heights, _ = np.histogram(one, edges)
            how = {"fill": True, "alpha": 0.3} if stage == _STAGES[0] else {"linewidth": 1.4}
            axes.stairs(100 * heights / len(one), edges, color=color, label=stage, **how)
        axes.set_xlim(0, end)
        axes.set_xlabel(measure)
    line[0].set_ylabel("% of titles")
    handles, labels = line[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside upper center", ncols=len(_STAGES), frameon=False, fontsize=9
    )
    caption = (
        "length: characters, spaces too. words: what spaces part. characters: those that are no "
        f"space. normalised: {', '.join(STEPS)} (as --title_steps has them). The longest "
        f"{100 - _SHOWN:g} % are not drawn."
    )
    return as_block(figure, "title_lengths", "Length of titles", caption)


def _table(counts) -> Table:
    rows = []
    for (measure, stage), values in counts.items():
        middle, most = np.percentile(values, (50, 95))
        figures = (f"{values.mean():.1f}", f"{middle:.0f}", f"{most:.0f}", f"{values.max():,}")
        rows.append((measure, stage, f"{values.min():,}", *figures))
    return Table("", ("measure", "titles", "least", "mean", "median", "95 %", "most"), tuple(rows))
