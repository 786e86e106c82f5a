"""Groups by connected components, after cutting the weak edges that alone hold parts together."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from shopee_tf.compilation import compiled
from shopee_tf.matching.groups import Groups, number_groups
from tfrecords.errors import UsageError

RULES = ("none", "bridge", "triangle")


def connected_groups(
    rows: np.ndarray,
    graph: sparse.csr_array,
    *,
    threshold: float,
    strong: float = 1.0,
    rule: str = "bridge",
) -> Groups:
    """Joins rows that a chain of probable pairs connects, unless the chain has a weak link.

    Edges are the pairs of probability >= `threshold`. One below `strong` is cut, by `rule`:

    - "bridge": where no other path joins its ends (Tarjan 1974, "A note on finding the bridges of a
      graph").
    - "triangle": where its ends have no common neighbour: no third row vouches for the pair, as in
      a 3-truss (Cohen 2008, "Trusses: cohesive subgraphs for social network analysis"). Every
      bridge is such an edge, so this cuts more.
    - "none": none is cut.

    All edges are judged by the graph before any is cut. An edge between two rows that have no other
    edge stays: it is a pair, not a bridge, and `threshold` has judged it. The components of what is
    left are the groups. Time grows with rows + edges, "triangle" with the sum over edges of the
    degrees of their ends.

    Args:
      rows: [m] int32, ascending.
      graph: [m, m] probabilities, symmetric (`pair_probabilities.symmetric`).
      threshold: the least probability of an edge.
      strong: edges of at least this probability are never cut.
      rule: which weaker edges are cut.

    Raises:
      UsageError: no such rule.

    Example:
      >>> chain = np.zeros((4, 4))
      >>> chain[0, 1] = chain[1, 0] = chain[2, 3] = chain[3, 2] = 0.9
      >>> chain[1, 2] = chain[2, 1] = 0.6
      >>> graph = sparse.csr_array(chain)
      >>> connected_groups(np.arange(4), graph, threshold=0.5, strong=0.8).labels.tolist()
      [0, 0, 1, 1]
    """
    if rule not in RULES:
        raise UsageError(f"rule is one of {', '.join(RULES)}; received {rule!r}")
    line = np.repeat(np.arange(len(rows)), np.diff(graph.indptr))
    keep = graph.data >= threshold
    line, column, probability = line[keep], graph.indices[keep], graph.data[keep]
    if rule != "none":
        starts = np.searchsorted(line, np.arange(len(rows) + 1))
        cut = np.zeros(len(line), np.bool_)
        (_mark_bridges if rule == "bridge" else _mark_open)(starts, column, cut)
        degree = np.diff(starts)
        cut &= (probability < strong) & ((degree[line] > 1) | (degree[column] > 1))
        line, column = line[~cut], column[~cut]
    links = sparse.csr_array((np.ones(len(line)), (line, column)), shape=graph.shape)
    return number_groups(rows, connected_components(links, directed=False)[1])


@compiled
def _mark_bridges(starts, columns, marked):
    """Marks, in both directions, the edges whose ends no other path joins.

    The lowest number of a row that the tree below a row reaches by an edge that is not of the tree
    tells: above the row's own parent there is another way round. The stack is explicit.

    Args:
      starts: [m + 1], where the edges of each row begin in `columns`.
      columns: [edges] int, ascending inside a row.
      marked: [edges] bool, set in place.
    """
    size = len(starts) - 1
    number = np.zeros(size, np.int64)  # in the order of discovery, from 1; 0 is undiscovered
    lowest = np.zeros(size, np.int64)
    following = starts[:-1].copy()  # the next edge of each row to look at
    entered = np.full(size, -1)  # the edge by which each row was discovered
    path = np.empty(size, np.int64)
    count = 0
    for root in range(size):
        if number[root]:
            continue
        count += 1
        number[root] = lowest[root] = count
        path[0], depth = root, 1
        while depth:
            row = path[depth - 1]
            if following[row] == starts[row + 1]:
                depth -= 1
                if depth:
                    parent = path[depth - 1]
                    lowest[parent] = min(lowest[parent], lowest[row])
                    if lowest[row] > number[parent]:
                        marked[entered[row]] = True
                        marked[_edge(starts, columns, row, parent)] = True
                continue
            edge = following[row]
            following[row] += 1
            other = columns[edge]
            if not number[other]:
                count += 1
                number[other] = lowest[other] = count
                entered[other] = edge
                path[depth] = other
                depth += 1
            elif depth < 2 or other != path[depth - 2]:
                lowest[row] = min(lowest[row], number[other])


@compiled
def _edge(starts, columns, row, other):
    return starts[row] + np.searchsorted(columns[starts[row] : starts[row + 1]], other)


@compiled
def _mark_open(starts, columns, marked):
    """Marks the edges whose ends have no neighbour in common; the arguments of `_mark_bridges`."""
    for row in range(len(starts) - 1):
        for edge in range(starts[row], starts[row + 1]):
            other = columns[edge]
            if other > row and not _meet(starts, columns, row, other):
                marked[edge] = True
                marked[_edge(starts, columns, other, row)] = True


@compiled
def _meet(starts, columns, row, other):
    """Whether two rows have a neighbour in common."""
    mine, theirs = starts[row], starts[other]
    while mine < starts[row + 1] and theirs < starts[other + 1]:
        if columns[mine] == columns[theirs]:
            return True
        if columns[mine] < columns[theirs]:
            mine += 1
        else:
            theirs += 1
    return False
