"""How far up a ranked list its right answers stand, whatever the threshold."""

from collections.abc import Mapping, Sequence

import numpy as np

from shopee_tf.metrics.flat_matches import flatten
from shopee_tf.metrics.row_scores import group_sizes


def mean_average_precision(
    ranked: Mapping[int, Sequence[int]],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
) -> float | None:
    """Averages over rows the precision at the rank of each true partner.

    The average precision of a row is the mean over its true partners of (right answers so far) /
    (rank), and 0 for a partner that is not in the list (Manning, Raghavan and Schütze,
    Introduction to Information Retrieval, 2008, section 8.4). The row itself is left out of the
    list and of its partners. Rows without a partner have no average precision and are left out.

    Args:
      ranked: row -> rows found for it, the most similar first; itself may be anywhere among them.
      labels: [n] integer classes of the whole catalogue.
      candidates: [c] rows that could be found; the keys of `ranked` where not given.

    Returns:
      The mean, 0 to 1; None where no row has a partner.

    Raises:
      ValueError: there are no rows.

    Example:
      >>> mean_average_precision({0: [0, 2, 1], 1: [1, 0], 2: [2]}, np.array([7, 7, 8]))
      0.75
    """
    rows, query, other = flatten(ranked)
    partners = group_sizes(labels, rows if candidates is None else candidates)[rows] - 1
    if not partners.any():
        return None
    hit = labels[other] == labels[rows[query]]
    first = np.searchsorted(query, query)
    rank = np.arange(1, len(query) + 1) - first
    so_far = np.cumsum(hit)
    right = so_far - np.append(0, so_far)[first]
    sums = np.bincount(query[hit], weights=right[hit] / rank[hit], minlength=len(rows))
    asked = partners > 0
    return float(np.mean(sums[asked] / partners[asked]))
