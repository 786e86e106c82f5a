"""Groups: a partition of the rows, each part one product."""

import itertools
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
    parts = group_members(groups.labels)
    starts, columns = _linked(groups.labels, graph)
    matches: Matches = {}
    for place, label in enumerate(groups.labels):
        found = [place, *columns[starts[place] : starts[place + 1]].tolist()]
        if len(found) < len(parts[label]):
            known = set(found)
            rest = (other for other in parts[label].tolist() if other not in known)
            found += itertools.islice(rest, max(limit - len(found), 0))
        matches[int(groups.rows[place])] = groups.rows[found[:limit]].tolist()
    return matches


def _linked(labels, graph) -> tuple[np.ndarray, np.ndarray]:
    """The candidates of each row inside its group, best first: starts [m + 1] and columns."""
    line = np.repeat(np.arange(len(labels)), np.diff(graph.indptr))
    inside = (labels[line] == labels[graph.indices]) & (line != graph.indices)
    line, column = line[inside], graph.indices[inside]
    order = np.lexsort((column, -graph.data[inside], line))
    return np.searchsorted(line, np.arange(len(labels) + 1)), column[order]
