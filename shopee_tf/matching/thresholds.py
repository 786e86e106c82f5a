"""One line on the similarity: neighbours at or above it match."""

from typing import NamedTuple

import numpy as np

from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.metrics import Matches, group_sizes
from shopee_tf.retrieval.neighbors import Neighbors

MAX_MATCHES = 50
"""At most so many matches a row, itself among them, as the competition allows."""


class FittedThreshold(NamedTuple):
    """A threshold and the mean F1 it gave on the rows it was fitted on."""

    threshold: float
    f1: float


class ThresholdCurve(NamedTuple):
    """Mean F1 at every threshold that changes a match, from the tightest to the loosest."""

    thresholds: np.ndarray  # [t] float64, descending
    f1: np.ndarray  # [t] float64


def find_matches(neighbors: Neighbors, threshold: float, *, limit: int = MAX_MATCHES) -> Matches:
    """Takes for each row itself and the neighbours whose similarity is at least `threshold`.

    Args:
      neighbors: [m, k] neighbours, the row itself in column 0.
      threshold: the smallest similarity of a match, in the units of `neighbors`.
      limit: at most so many matches a row, itself among them.
    """
    keep = (neighbors.similarities >= np.float64(threshold)) & (neighbors.neighbors >= 0)
    keep[:, 0] = True
    keep[:, limit:] = False
    return {
        int(row): found[kept].tolist()
        for row, found, kept in zip(neighbors.rows, neighbors.neighbors, keep, strict=True)
    }


def threshold_curve(
    neighbors: Neighbors,
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
    limit: int = MAX_MATCHES,
) -> ThresholdCurve:
    """Computes the mean F1 at every threshold, exactly, in one sort of the similarities.

    Args:
      neighbors: [m, k] neighbours.
      labels: [n] integer classes of the whole catalogue.
      candidates: [c] rows that could be found; `neighbors.rows` where not given.
      limit: at most so many matches a row, itself among them.
    """
    candidates = neighbors.rows if candidates is None else candidates
    sizes = group_sizes(labels, candidates)[neighbors.rows]
    ones = np.ones(len(sizes), np.int64)
    pairs = _pairs(neighbors, labels, limit)
    return ThresholdCurve(*sweep(pairs, predicted=ones, correct=ones, truth=sizes))


def fit_threshold(
    neighbors: Neighbors,
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
    limit: int = MAX_MATCHES,
) -> FittedThreshold:
    """Finds the threshold with the best mean F1; among equals, the tightest.

    Args: see `threshold_curve`.
    """
    curve = threshold_curve(neighbors, labels, candidates=candidates, limit=limit)
    best = int(np.argmax(curve.f1))
    return FittedThreshold(float(curve.thresholds[best]), float(curve.f1[best]))


def _pairs(neighbors: Neighbors, labels: np.ndarray, limit: int) -> Pairs:
    found = neighbors.neighbors[:, 1:limit]
    query, column = np.nonzero(found >= 0)
    other = found[query, column]
    return Pairs(
        query=query,
        similarity=neighbors.similarities[:, 1:limit][query, column],
        hit=labels[other] == labels[neighbors.rows[query]],
    )
