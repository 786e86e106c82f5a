"""Several systems, one decision: the union of their matches, thresholds fitted together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.matching.thresholds import MAX_MATCHES, find_matches, fit_threshold
from shopee_tf.metrics import Matches, group_sizes
from shopee_tf.retrieval.neighbors import Neighbors


class FittedUnion(NamedTuple):
    """One threshold a system, and the mean F1 of the union on the rows it was fitted on."""

    thresholds: list[float]
    f1: float


def combine(*matches: Matches, limit: int = MAX_MATCHES) -> Matches:
    """Unites the match sets of several systems.

    Where the union is larger than `limit`, the systems give their best in turn: first everybody's
    first, then everybody's second.

    Raises:
      ValueError: no matches at all, or systems that do not speak of the same rows.

    Example:
      >>> combine({0: [0, 1], 1: [1]}, {0: [0, 2], 1: [1, 0]})
      {0: [0, 1, 2], 1: [1, 0]}
    """
    if not matches:
        raise ValueError("expected the matches of at least one system, received none")
    rows = list(matches[0])
    for other in matches[1:]:
        if other.keys() != matches[0].keys():
            raise ValueError(
                f"expected matches of the same rows, received {len(rows)} and {len(other)} rows"
            )
    return {row: _in_turn([found[row] for found in matches], limit) for row in rows}


def _in_turn(lists: Sequence[Sequence[int]], limit: int) -> list[int]:
    longest = max(map(len, lists))
    ranked = (found[rank] for rank in range(longest) for found in lists if rank < len(found))
    return list(dict.fromkeys(ranked))[:limit]


def find_union(
    neighbors: Sequence[Neighbors], thresholds: Sequence[float], *, limit: int = MAX_MATCHES
) -> Matches:
    """Unites what each system finds at its own threshold."""
    found = [
        find_matches(one, threshold, limit=limit)
        for one, threshold in zip(neighbors, thresholds, strict=True)
    ]
    return combine(*found, limit=limit)


def fit_union(
    neighbors: Sequence[Neighbors],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
    rounds: int = 10,
) -> FittedUnion:
    """Fits the thresholds of a union by coordinate ascent: one at a time, the others held.

    Each step is exact (`matching.pairs.sweep`). The ascent starts twice, from each system's own
    best threshold and from all systems silent, and the better end is kept. The limit on the
    number of matches is left out of the fit.

    Args:
      neighbors: the systems' neighbours, of the same rows.
      labels: [n] integer classes of the whole catalogue.
      candidates: [c] rows that could be found; the rows queried where not given.
      rounds: at most so many passes over the systems.
    """
    candidates = neighbors[0].rows if candidates is None else candidates
    alone = [fit_threshold(one, labels, candidates=candidates) for one in neighbors]
    if len(alone) == 1:
        return FittedUnion([alone[0].threshold], alone[0].f1)
    table = _PairTable(neighbors, labels, candidates)
    own, silent = [fit.threshold for fit in alone], [np.inf] * len(neighbors)
    return max(
        (table.ascend(start, rounds) for start in (own, silent)), key=lambda fitted: fitted.f1
    )


class _PairTable:
    """Every pair that any system knows, with its similarity in each."""

    def __init__(self, neighbors, labels, candidates):
        rows = neighbors[0].rows
        self.truth = group_sizes(labels, candidates)[rows]
        keys = [self._keys(one, len(labels)) for one in neighbors]
        pairs = np.unique(np.concatenate([key for key, _ in keys]))
        self.query = pairs // len(labels)
        self.hit = labels[pairs % len(labels)] == labels[rows[self.query]]
        self.similarity = np.full((len(neighbors), len(pairs)), -np.inf, np.float32)
        for system, (key, similarity) in enumerate(keys):
            self.similarity[system, np.searchsorted(pairs, key)] = similarity

    @staticmethod
    def _keys(neighbors, num_rows):
        query, column = np.nonzero(neighbors.neighbors[:, 1:] >= 0)
        other = neighbors.neighbors[:, 1:][query, column].astype(np.int64)
        return query * num_rows + other, neighbors.similarities[:, 1:][query, column]

    def ascend(self, thresholds, rounds):
        thresholds, best = list(thresholds), -1.0
        for _ in range(rounds):
            before = best
            for system in range(len(thresholds)):
                thresholds[system], best = self._best_threshold(system, thresholds)
            if best - before < 1e-6:
                break
        return FittedUnion(thresholds, best)

    def _best_threshold(self, system, thresholds):
        line = np.array(thresholds, np.float64)[:, None]
        accepted = np.delete(self.similarity >= line, system, axis=0).any(axis=0)
        count = len(self.truth)
        predicted = 1 + np.bincount(self.query[accepted], minlength=count)
        correct = 1 + np.bincount(self.query[accepted & self.hit], minlength=count)
        free = ~accepted & np.isfinite(self.similarity[system])
        pairs = Pairs(self.query[free], self.similarity[system, free], self.hit[free])
        values, f1 = sweep(pairs, predicted=predicted, correct=correct, truth=self.truth)
        best = int(np.argmax(f1))
        return float(values[best]), float(f1[best])
