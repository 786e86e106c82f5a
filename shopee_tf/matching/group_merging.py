"""Groups by average linkage of log odds, with a prior of sizes."""

import heapq

import numpy as np
from scipy import sparse

from shopee_tf.compilation import compiled
from shopee_tf.matching.group_sizes import SizePrior, log_shares
from shopee_tf.matching.groups import Groups, number_groups
from tfrecords.errors import UsageError

_LEAST = 1e-4  # no model of pairs is surer than this of anything


def merged_groups(
    rows: np.ndarray,
    graph: sparse.csr_array,
    *,
    prior: SizePrior | None = None,
    weight: float = 0.5,
    default: float = 0.003,
) -> Groups:
    """Merges the two groups of the highest average log odds, where the prior of sizes allows it.

    Groups of a and b rows are merged where the mean of log(p / (1 - p)) over the a b pairs between
    them, plus `weight` times log(P(a + b) / (P(a) P(b))) of the prior of sizes, is above 0. The
    highest mean comes first, ties by the smaller rows; it ends where no two groups may be merged.
    (Average linkage: Sokal and Michener 1958.) If pairs were independent, their sum would be the
    evidence, with weight 1; but the pairs between two groups are alike, and one tells nearly what
    all do. Only groups that some candidate pair joins are ever merged. A pair that is no candidate
    counts with `default`; probabilities are taken as at least 0.0001 and at most 0.9999.

    Args:
      rows: [m] int32, ascending.
      graph: [m, m] probabilities, symmetric (`pair_probabilities.symmetric`).
      prior: of the sizes of groups; where not given all sizes are as likely (P = 1).
      weight: of the prior, at least 0.
      default: the probability of a pair that is no candidate, between 0 and 1.

    Raises:
      UsageError: `default` is not between 0 and 1, or `weight` no number from 0.

    Example:
      >>> chain = np.zeros((3, 3))
      >>> chain[0, 1] = chain[1, 0] = 0.9
      >>> chain[1, 2] = chain[2, 1] = 0.8
      >>> merged_groups(np.arange(3), sparse.csr_array(chain), default=0.1).labels.tolist()
      [0, 0, 1]
    """
    if not 0 < default < 1:
        raise UsageError(f"default: expected a probability between 0 and 1, received {default}")
    if not 0 <= weight < np.inf:
        raise UsageError(f"weight: expected a number from 0, received {weight}")
    m = len(rows)
    base = _log_odds(default)
    sizes = np.zeros(m + 1) if prior is None else weight * log_shares(prior, m)
    line = np.repeat(np.arange(m), np.diff(graph.indptr))
    apart = line != graph.indices
    columns = graph.indices[apart].astype(np.int64)
    excess = _log_odds(graph.data[apart]) - base
    starts = np.searchsorted(line[apart], np.arange(m + 1))
    return number_groups(rows, _merge(starts, columns, excess, base, sizes))


def _log_odds(probability):
    clipped = np.clip(probability, _LEAST, 1 - _LEAST)
    return np.log(clipped) - np.log1p(-clipped)


@compiled
def _merge(starts, columns, excess, base, sizes):
    """Merges the highest mean first; returns the root of each row.

    The edges of a group are a linked list through `following`; two lists are chained when their
    groups merge. A list may still name rows of groups that have been merged since: what leads to
    the same group is summed when the list is next walked. An entry of the heap counts only while
    neither of its groups has changed since it was pushed.

    Args:
      starts: [m + 1], where the edges of each row begin.
      columns: [edges] int64, the other row; overwritten.
      excess: [edges] float64, log odds above those of a pair that is no candidate; overwritten.
      base: log odds of a pair that is no candidate.
      sizes: [m + 1] float64, the logarithm of the prior of each size, weighted.
    """
    m = len(starts) - 1
    parent, size, version = np.arange(m), np.ones(m, np.int64), np.zeros(m, np.int64)
    head, tail = np.full(m, -1), np.full(m, -1)
    following = np.arange(1, len(columns) + 1)
    first_seen = np.full(m, -1)  # of each group, the edge to it in the list being walked
    heap = [(0.0, 0, 0, 0, 0) for _ in range(0)]
    for row in range(m):
        if starts[row] < starts[row + 1]:
            head[row], tail[row] = starts[row], starts[row + 1] - 1
            following[tail[row]] = -1
        for edge in range(starts[row], starts[row + 1]):
            mean = excess[edge] + base
            if row < columns[edge] and mean + sizes[2] - 2 * sizes[1] > 0:
                heap.append((-mean, row, columns[edge], 0, 0))
    heapq.heapify(heap)
    while len(heap):
        _, one, other, version_one, version_other = heapq.heappop(heap)
        if version[one] != version_one or version[other] != version_other:
            continue
        parent[other] = one
        size[one] += size[other]
        version[one] += 1
        version[other] += 1
        following[tail[one]] = head[other]
        tail[one] = tail[other]
        _sum_edges(one, parent, head, tail, following, columns, excess, first_seen)
        edge = head[one]
        while edge >= 0:
            far = columns[edge]
            mean = excess[edge] / (size[one] * size[far]) + base
            ratio = sizes[size[one] + size[far]] - sizes[size[one]] - sizes[size[far]]
            if mean + ratio > 0:
                low, high = min(one, far), max(one, far)
                heapq.heappush(heap, (-mean, low, high, version[low], version[high]))
            edge = following[edge]
    for row in range(m):
        parent[row] = _root(parent, row)
    return parent


@compiled
def _root(parent, row):
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@compiled
def _sum_edges(group, parent, head, tail, following, columns, excess, first_seen):
    """Leaves in a group's list one edge to each other group, the sum of all, and none to itself."""
    edge, last = head[group], -1
    while edge >= 0:
        after = following[edge]
        far = _root(parent, columns[edge])
        if far != group and first_seen[far] >= 0:
            excess[first_seen[far]] += excess[edge]
        elif far != group:
            columns[edge] = far
            first_seen[far] = edge
            if last < 0:
                head[group] = edge
            else:
                following[last] = edge
            last = edge
        edge = after
    if last < 0:
        head[group] = -1
    else:
        following[last] = -1
    tail[group] = last
    edge = head[group]
    while edge >= 0:
        first_seen[columns[edge]] = -1
        edge = following[edge]
