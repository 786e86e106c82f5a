"""A weighted sum of similarities: the candidates of every system, judged by all of them."""

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.retrieval.neighbors import Neighbors

_STEPS = (1 / 4, 1 / 8, 1 / 16, 1 / 32)
_MOST_ROWS = 8192  # judge the weights; of more, evenly spaced ones do


class Candidates(NamedTuple):
    """For each row what any of several systems found, and what each of them thinks of it."""

    rows: np.ndarray  # [m] int32
    others: np.ndarray  # [m, c] int32, ascending, then -1 where there are fewer than c
    similarities: np.ndarray  # [systems, m, c] float32


def candidates_of(neighbors: Sequence[Neighbors]) -> tuple[np.ndarray, np.ndarray]:
    """Gathers what any system found for each row, the row itself left out.

    Args:
      neighbors: the systems' neighbours, of the same m rows.

    Returns:
      rows [m] int32 and others [m, c] int32, each once, ascending, padded with -1.
    """
    rows = neighbors[0].rows
    found = np.concatenate([one.neighbors[:, 1:] for one in neighbors], axis=1)
    last = np.iinfo(np.int32).max  # sorts what is missing to the end
    found = np.sort(np.where(found < 0, last, found), axis=1)
    found[:, 1:][found[:, 1:] == found[:, :-1]] = last
    found = np.sort(found, axis=1)
    width = int((found != last).sum(axis=1).max(initial=0))
    others = found[:, :width]
    return rows, np.where(others == last, -1, others)


def blend(candidates: Candidates, weights: Sequence[float], *, k: int = 50) -> Neighbors:
    """Ranks the candidates of each row by the weighted sum of their similarities.

    Args:
      candidates: of m rows.
      weights: one a system, at least 0, their sum 1.
      k: columns of the result, the row itself in column 0, with similarity 1.

    Example:
      >>> two = np.array([[[0.9, 0.1]], [[0.2, 0.8]]], np.float32)
      >>> found = blend(Candidates(np.array([4]), np.array([[1, 7]]), two), [0.25, 0.75], k=3)
      >>> found.neighbors.tolist(), found.similarities.round(3).tolist()
      ([[4, 7, 1]], [[1.0, 0.625, 0.375]])
    """
    rows, others, similarities = candidates
    total = np.tensordot(np.asarray(weights), similarities, axes=1).astype(np.float32)
    total[others < 0] = -np.inf
    order = np.argsort(-total, axis=1, kind="stable")[:, : k - 1]
    best = np.take_along_axis(others, order, axis=1)
    values = np.take_along_axis(total, order, axis=1)
    own = np.ones((len(rows), 1), np.float32)
    return Neighbors(
        rows.astype(np.int32),
        np.concatenate([rows[:, None], best], axis=1).astype(np.int32),
        np.concatenate([own, values], axis=1),
    )


def fit_weights(
    candidates: Candidates, labels: np.ndarray, *, searched: np.ndarray | None = None
) -> tuple[float, ...]:
    """Finds the weights whose sum, cut at its best threshold, has the best mean F1.

    The mean is over at most 8,192 of the rows, evenly spaced: more cost time and change little.
    Weight is moved from one system to another, an ever smaller share, as long as that helps. It
    starts from the best among equal weights and each system alone. Nothing in it is random.

    Args:
      candidates: of m labelled rows.
      labels: [n] integer classes of the whole catalogue.
      searched: [c] rows that could be found; the rows themselves where not given.
    """
    count = len(candidates.similarities)
    searched = candidates.rows if searched is None else searched
    stride = -(-len(candidates.rows) // _MOST_ROWS)
    rows, others, similarities = candidates
    candidates = Candidates(rows[::stride], others[::stride], similarities[:, ::stride])

    def f1(weights):
        found = blend(candidates, weights)
        return fit_threshold(found, labels, candidates=searched).f1

    return best_weights(count, f1)


def best_weights(count: int, f1: Callable[[np.ndarray], float]) -> tuple[float, ...]:
    """Finds weights of `count` systems, their sum 1, by moving weight as long as `f1` rises."""
    starts = [np.full(count, 1 / count), *np.eye(count)]
    best_f1, best = max(((f1(start), tuple(start)) for start in starts), key=lambda pair: pair[0])
    for step in _STEPS:
        best_f1, best = _climb(f1, best_f1, best, step)
    return tuple(map(float, best))


def _climb(f1, best_f1, best, step):
    improved = True
    while improved:
        improved = False
        for source, target in itertools.permutations(range(len(best)), 2):
            moved = np.array(best)
            share = min(step, moved[source])
            if share <= 0:
                continue
            moved[source] -= share
            moved[target] += share
            value = f1(moved)
            if value > best_f1 + 1e-9:
                best_f1, best, improved = value, tuple(moved), True
    return best_f1, best
