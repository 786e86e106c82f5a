"""Recall of pairs above a threshold: the part of an exact search that decides about matches."""

import numpy as np

from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import DataError


def pair_recall(found: Neighbors, exact: Neighbors, threshold: float) -> float:
    """The share of the pairs at or above a threshold that a search found.

    What is below the threshold never becomes a match, so unlike the recall of the k nearest this
    does not count which of the unlike rows are found.

    Args:
      found: of the search to judge, with a list for each row of `exact`.
      exact: of an exact search from some rows. Their lists must reach below the threshold, or the
        pairs beyond them are not counted.
      threshold: the least similarity of a pair that counts.

    Raises:
      DataError: a row of `exact` was not searched from, or has no pair there.

    Example:
      >>> exact = Neighbors(np.array([0]), np.array([[0, 1, 2]]), np.float32([[1, 0.9, 0.8]]))
      >>> found = Neighbors(np.array([0]), np.array([[0, 2, -1]]), np.float32([[1, 0.8, -np.inf]]))
      >>> pair_recall(found, exact, 0.5)
      0.5
    """
    order = np.argsort(found.rows, kind="stable")
    place = np.searchsorted(found.rows, exact.rows, sorter=order)
    place = order[np.minimum(place, len(order) - 1)]
    absent = exact.rows[found.rows[place] != exact.rows]
    if len(absent):
        raise DataError(f"row {absent[0]} was not searched from: search from all rows of `exact`")
    counts = exact.similarities[:, 1:] >= threshold
    if not counts.any():
        raise DataError(f"no pair has a similarity of {threshold} or more; lower the threshold")
    query, column = np.nonzero(counts)
    lists = found.neighbors[place[query], 1:]
    there = (lists == exact.neighbors[query, column + 1, None]).any(axis=1)
    return float(there.mean())
