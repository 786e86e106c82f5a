"""The F1, precision and recall of each row, and their mean."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

Matches = dict[int, list[int]]
"""For each row the distinct rows that match it: itself first, then the best first."""


class RowScores(NamedTuple):
    """How each row's matches compare with the truth; row i of every field is `rows[i]`."""

    rows: np.ndarray  # [m] int32
    f1: np.ndarray  # [m] float64, 0 to 1
    precision: np.ndarray  # [m] float64, 0 to 1
    recall: np.ndarray  # [m] float64, 0 to 1


def group_sizes(labels: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Counts, for every row of the catalogue, the candidates of its own product.

    Args:
      labels: [n] integer classes.
      candidates: [c] rows that could be found.

    Returns:
      [n] int64.
    """
    return np.bincount(labels[candidates], minlength=labels.max(initial=0) + 1)[labels]


def score_rows(
    matches: Mapping[int, Sequence[int]],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
) -> RowScores:
    """Scores each row: F1 = 2 |T & P| / (|T| + |P|), the row itself in both sets.

    That is the measure of the competition (Shopee - Price Match Guarantee, 2021).

    Args:
      matches: row -> the rows predicted for it.
      labels: [n] integer classes of the whole catalogue.
      candidates: [c] rows that could be found; the keys of `matches` where not given.

    Raises:
      ValueError: there are no rows.

    Example:
      >>> scores = score_rows({0: [0, 1], 1: [1], 2: [2]}, np.array([7, 7, 8]))
      >>> scores.f1.round(3).tolist()
      [1.0, 0.667, 1.0]
    """
    if labels is None:
        raise ValueError("expected labels, received None: the catalogue has no column label_group")
    rows = np.fromiter(matches, np.int32, len(matches))
    if not len(rows):
        raise ValueError("expected at least one row to score, received none")
    truth = group_sizes(labels, rows if candidates is None else candidates)[rows]
    predicted = np.array([len(found) for found in matches.values()])
    correct = np.array(
        [np.count_nonzero(labels[list(found)] == labels[row]) for row, found in matches.items()]
    )
    return RowScores(
        rows=rows,
        f1=2 * correct / (truth + predicted),
        precision=correct / np.maximum(predicted, 1),
        recall=correct / truth,
    )


def row_f1(
    matches: Mapping[int, Sequence[int]],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
) -> float:
    """Averages the F1 of the rows; see `score_rows`.

    Example:
      >>> round(row_f1({0: [0, 1], 1: [1], 2: [2]}, np.array([7, 7, 8])), 3)
      0.889
    """
    return float(score_rows(matches, labels, candidates=candidates).f1.mean())


def strict_f1(
    matches: Mapping[int, Sequence[int]],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
) -> float:
    """Averages over the rows an F1 in which each stranger among the matches counts double.

    2 |T & P| / (|T| + |P| + |P - T|): a decision that gains by taking more and more loses here.

    Args: see `score_rows`.

    Example:
      >>> round(strict_f1({0: [0, 1], 1: [1], 2: [2]}, np.array([7, 7, 8])), 3)
      0.889
      >>> round(strict_f1({0: [0, 1, 2], 1: [1], 2: [2]}, np.array([7, 7, 8])), 3)
      0.778
    """
    scores = score_rows(matches, labels, candidates=candidates)
    predicted = np.array([len(found) for found in matches.values()])
    correct = scores.precision * predicted
    truth = correct / scores.recall
    return float(np.mean(2 * correct / (truth + 2 * predicted - correct)))
