"""The listings whose matches are worst: what was to be found, and what was taken for it."""

from typing import NamedTuple

import numpy as np

from shopee_tf.matching.thresholds import find_matches
from shopee_tf.metrics import score_rows
from shopee_tf.retrieval.neighbors import Neighbors


class Shown(NamedTuple):
    """A listing shown beside another."""

    row: int  # of the catalogue
    right: bool  # one of the same product that was found


class Mistake(NamedTuple):
    """A listing that was judged wrongly."""

    row: int  # of the catalogue
    score: float  # 0 to 1
    true: tuple[Shown, ...]  # of its product, those that were missed first
    predicted: tuple[Shown, ...]  # taken for its product, strangers first


def worst_mistakes(
    neighbors: Neighbors, labels: np.ndarray, threshold: float, *, limit: int = 8, shown: int = 3
) -> list[Mistake]:
    """Finds the rows of the lowest F1 at a threshold, at most one of each product.

    Among equals those come first whose nearest stranger is the most similar, then the first rows.

    Args:
      neighbors: [m, k] neighbours, searched among `neighbors.rows`.
      labels: [n] int32 products of the whole catalogue.
      threshold: the smallest similarity of a match.
      limit: at most so many mistakes; rows without any are none.
      shown: at most so many listings in each of `true` and `predicted`.
    """
    matches = find_matches(neighbors, threshold)
    f1 = score_rows(matches, labels).f1
    order = np.lexsort((neighbors.rows, -_nearest_stranger(neighbors, labels), f1))
    order = order[f1[order] < 1]
    of_product = np.unique(labels[neighbors.rows[order]], return_index=True)[1]
    mistakes = []
    for place in order[np.sort(of_product)[:limit]]:
        row = int(neighbors.rows[place])
        found = matches[row][1:]
        others = neighbors.rows[(labels[neighbors.rows] == labels[row]) & (neighbors.rows != row)]
        true = [Shown(other, other in found) for other in others.tolist()]
        predicted = [Shown(other, bool(labels[other] == labels[row])) for other in found]
        lists = [tuple(sorted(each, key=_is_right)[:shown]) for each in (true, predicted)]
        mistakes.append(Mistake(row, float(f1[place]), *lists))
    return mistakes


def _is_right(shown: Shown) -> bool:
    return shown.right


def _nearest_stranger(neighbors: Neighbors, labels: np.ndarray) -> np.ndarray:
    """The similarity of each row's most similar row of another product, -inf without: [m]."""
    found = neighbors.neighbors
    strange = (found >= 0) & (labels[found] != labels[neighbors.rows][:, None])
    return np.where(strange, neighbors.similarities, -np.inf).max(axis=1)
