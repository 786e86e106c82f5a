"""Pair probabilities: for each row, how likely each of its candidates shows the same product."""

from typing import NamedTuple

import numpy as np
from scipy import sparse


class PairProbabilities(NamedTuple):
    """For each query its candidates, and the probability that each is a match.

    The two directions of a pair may differ, since a model may look at ranks. A row is no candidate
    of itself.
    """

    rows: np.ndarray  # [m] int32, ascending: the queries
    others: np.ndarray  # [m, c] int32, padded with -1
    probability: np.ndarray  # [m, c] float32, 0 to 1, 0 where padded


def symmetric(pairs: PairProbabilities) -> sparse.csr_array:
    """Joins both directions of each pair of queries: their mean, or the only one there is.

    Pairs with a row that is no query, and of a row with itself, are left out.

    Args:
      pairs: of m queries.

    Returns:
      [m, m] float64, symmetric; line i is of `pairs.rows[i]`, its columns ascend. What is stored is
      a candidate, even where its probability is 0.

    Raises:
      ValueError: the queries do not ascend.

    Example:
      >>> rows, others = np.array([3, 5, 8]), np.array([[5, 8], [3, -1], [-1, -1]])
      >>> pairs = PairProbabilities(rows, others, np.array([[0.5, 0.25], [1, 0], [0, 0]]))
      >>> symmetric(pairs).toarray().tolist()
      [[0.0, 0.75, 0.25], [0.75, 0.0, 0.0], [0.25, 0.0, 0.0]]
    """
    rows, others, probability = pairs
    m = len(rows)
    if not (np.diff(rows) > 0).all():
        raise ValueError("expected queries in ascending order, each once")
    place = np.searchsorted(rows, others).clip(max=max(m - 1, 0))
    known = (others >= 0) & (others != np.asarray(rows)[:, None])
    if m:
        known &= np.asarray(rows)[place] == others
    one, column = np.nonzero(known)
    other = place[one, column]
    ends = np.concatenate([one, other]), np.concatenate([other, one])
    values = np.tile(probability[one, column].astype(np.float64), 2)
    # Equal entries are summed, and zeros kept, so that the sums and the counts stand alike.
    total, count = (_summed(data, ends, m) for data in (values, np.ones(len(values))))
    return sparse.csr_array((total.data / count.data, total.indices, total.indptr), shape=(m, m))


def _summed(data, ends, size: int) -> sparse.csr_array:
    summed = sparse.coo_array((data, ends), shape=(size, size)).tocsr()
    summed.sort_indices()
    return summed
