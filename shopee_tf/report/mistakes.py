"""Which listings are worst off: those with the most strangers, or with the most partners missed."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from shopee_tf.metrics import Matches, RowScores, score_rows


class Mistakes(NamedTuple):
    """What is wrong with the matches of each listing; row i of every field is `scores.rows[i]`."""

    scores: RowScores
    strangers: np.ndarray  # [m] int64, matches that are of another product
    missed: np.ndarray  # [m] int64, other listings of the same product that are no matches


class Panel(NamedTuple):
    """One listing, what it should match and what it does; the listing itself left out."""

    row: int
    truth: list[int]  # rows of the same product, ascending
    predicted: list[int]  # rows, the best first
    f1: float


def find_mistakes(matches: Matches, labels: np.ndarray) -> Mistakes:
    """Counts what is wrong with the matches of each row of the catalogue.

    Args:
      matches: of all n rows.
      labels: [n] integer classes.

    Example:
      >>> found = find_mistakes({0: [0, 2], 1: [1], 2: [2]}, np.array([7, 7, 8]))
      >>> found.strangers.tolist(), found.missed.tolist()
      ([1, 0, 0], [1, 1, 0])
    """
    scores = score_rows(matches, labels)
    predicted = np.array([len(found) for found in matches.values()])
    correct = np.rint(scores.precision * predicted).astype(np.int64)
    truth = np.bincount(labels)[labels[scores.rows]]
    # A submission may leave a listing out of its own matches, which misses no partner.
    itself = np.array([row in found for row, found in matches.items()])
    return Mistakes(scores, predicted - correct, truth - correct - ~itself)


def worst_panels(
    mistakes: Mistakes, wrong: np.ndarray, matches: Matches, labels: np.ndarray, *, most: int
) -> list[Panel]:
    """The listings with the most of what is counted in `wrong`, `most` at most.

    Of as many, that of the lowest F1 comes first, then that of the first row. A listing that an
    earlier panel shows has none of its own: one muddle would fill the page.

    Args:
      mistakes: of all rows.
      wrong: [m], `mistakes.strangers` or `mistakes.missed`; listings with 0 have no panel.
      matches: of all n rows.
      labels: [n] integer classes.
      most: at least one.
    """
    rows, f1 = mistakes.scores.rows, mistakes.scores.f1
    order = np.lexsort((rows, f1, -wrong))
    panels: list[Panel] = []
    shown: set[int] = set()
    for place in order[wrong[order] > 0]:
        if len(panels) == most:
            break
        if int(rows[place]) in shown:
            continue
        panel = _panel(mistakes, place, matches, labels)
        panels.append(panel)
        shown.update([panel.row, *panel.truth, *panel.predicted])
    return panels


def drawn_panels(
    mistakes: Mistakes, matches: Matches, labels: np.ndarray, *, most: int, seed: int
) -> list[Panel]:
    """Listings drawn at random, by row, `most` or all there are."""
    count = len(mistakes.scores.rows)
    drawn = np.random.default_rng(seed).choice(count, min(most, count), replace=False)
    return [_panel(mistakes, place, matches, labels) for place in np.sort(drawn)]


def _panel(mistakes, place, matches, labels) -> Panel:
    row = int(mistakes.scores.rows[place])
    truth = np.flatnonzero(labels == labels[row]).tolist()
    return Panel(row, _without(row, truth), _without(row, matches[row]), mistakes.scores.f1[place])


def _without(row: int, rows: Iterable[int]) -> list[int]:
    return [other for other in rows if other != row]
