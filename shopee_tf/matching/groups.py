"""Groups: a partition of the rows, each part one product."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.metrics import Matches


class Groups(NamedTuple):
    """The group of each row; every row is in one."""

    rows: np.ndarray  # [m] int32, ascending
    labels: np.ndarray  # [m] int32, 0 to groups - 1, numbered by first appearance


def number_groups(rows: np.ndarray, labels: np.ndarray) -> Groups:
    """Numbers any labels of rows anew, by first appearance.

    Args:
      rows: [m] int32, ascending.
      labels: [m], equal for the rows of a group.

    Example:
      >>> number_groups(np.arange(4), np.array([9, 2, 9, 5])).labels.tolist()
      [0, 1, 0, 2]
    """
    first, inverse = np.unique(labels, return_index=True, return_inverse=True)[1:]
    return Groups(rows.astype(np.int32), np.argsort(np.argsort(first))[inverse].astype(np.int32))


def group_members(labels: np.ndarray) -> list[np.ndarray]:
    """Lists the positions in each group, ascending, the groups in order of their number."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels))[:-1]) if len(labels) else []


def group_matches(groups: Groups, graph: sparse.csr_array, *, limit: int = MAX_MATCHES) -> Matches:
    """Gives each row its whole group: itself, then the most probable, ties by row.

    Args:
      groups: of m rows.
      graph: [m, m] probabilities (`pair_probabilities.symmetric`); a pair that it lacks counts 0.
      limit: at most so many matches a row, itself among them.

    Example:
      >>> graph = sparse.csr_array(np.array([[0, 0.2, 0.9], [0.2, 0, 0], [0.9, 0, 0]]))
      >>> group_matches(Groups(np.array([4, 6, 7]), np.zeros(3, np.int32)), graph)
      {4: [4, 7, 6], 6: [6, 4, 7], 7: [7, 4, 6]}
    """
    matches: Matches = {}
    for members in group_members(groups.labels):
        rows = groups.rows[members]
        if len(members) == 1:
            matches[int(rows[0])] = [int(rows[0])]
            continue
        order = graph[members][:, members].toarray()
        np.fill_diagonal(order, np.inf)
        best = np.argsort(-order, axis=1, kind="stable")[:, :limit]
        matches |= {int(row): rows[line].tolist() for row, line in zip(rows, best)}
    return {int(row): matches[int(row)] for row in groups.rows}
