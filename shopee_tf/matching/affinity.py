"""Affinity: the neighbours of all rows as one sparse matrix, and back."""

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError

_ROWS = 2048  # ranked in one go; changes memory, not results
_BITS = 64  # of a perceptual hash


def affinity(neighbors: Neighbors) -> sparse.csr_array:
    """Gathers the similarities of a self-search, known from either end of a pair.

    What neither end found counts as 0, as do similarities below 0: they are not stored. Where both
    ends found a pair, the larger of the two similarities counts. The diagonal is 1.

    Args:
      neighbors: of all m rows, by a similarity like the cosine (of hashes: `hamming_cosines`).

    Returns:
      [m, m] float32, symmetric; line i is of `neighbors.rows[i]`, its columns ascend.

    Raises:
      UsageError: some neighbours are not among the queries, queries that do not ascend, or
        similarities that are distances.

    Example:
      >>> found = Neighbors(*map(np.array, ([3, 8], [[3, 8], [8, -1]], [[1, 0.5], [1, -np.inf]])))
      >>> affinity(found).toarray().tolist()
      [[1.0, 0.5], [0.5, 1.0]]
    """
    line, column, values = _known_pairs(neighbors)
    if len(values) and values.max() <= 0:
        raise UsageError(
            "these similarities are distances: refine cosines, of hashes those of hamming_cosines"
        )
    size = (len(neighbors.rows),) * 2
    values = np.where(line == column, 1, values).astype(np.float32)
    known = values > 0
    one_way = sparse.csr_array((values[known], (line[known], column[known])), shape=size)
    both = one_way.maximum(one_way.T).tocsr()
    both.sort_indices()
    return both


def places_of(neighbors: Neighbors) -> np.ndarray:
    """Finds where each neighbour stands among the queries: [m, k] int64, -1 where there is none.

    Raises:
      UsageError: some neighbours are not among the queries, or queries that do not ascend.
    """
    rows, others, _ = neighbors
    if not (np.diff(rows) > 0).all():
        raise UsageError("expected the neighbours of queries in ascending order, each once")
    places = np.searchsorted(rows, others).clip(max=max(len(rows) - 1, 0))
    if len(rows) and not np.all((rows[places] == others) | (others < 0)):
        raise UsageError(
            "refinements need the neighbours of all rows searched; some of these neighbours are "
            "no queries: search the candidates from all of them"
        )
    return np.where(others < 0, -1, places)


def hamming_cosines(neighbors: Neighbors) -> Neighbors:
    """Turns minus d different bits of 64 into 1 - 2 d / 64, the cosine of hashes as -1 and 1.

    Example:
      >>> found = Neighbors(np.array([0]), np.array([[0, 4]]), np.array([[0.0, -8.0]]))
      >>> hamming_cosines(found).similarities.tolist()
      [[1.0, 0.75]]
    """
    cosines = 1 + neighbors.similarities * np.float32(2 / _BITS)
    return neighbors._replace(similarities=cosines)


def sorted_neighbors(neighbors: Neighbors, similarities: np.ndarray) -> Neighbors:
    """The same neighbours in the order of other similarities ([m, k]); those of -inf are dropped.

    Example:
      >>> found = Neighbors(*map(np.array, ([0], [[0, 1, 2]], [[1, 0.5, 0.25]])))
      >>> sorted_neighbors(found, np.array([[1, -np.inf, 0.25]])).neighbors.tolist()
      [[0, 2, -1]]
    """
    similarities = similarities.astype(np.float32)
    found = np.where(np.isneginf(similarities), -1, neighbors.neighbors).astype(np.int32)
    order = np.lexsort((found[:, 1:], -similarities[:, 1:]), axis=1) + 1
    order = np.pad(order, ((0, 0), (1, 0)))
    return Neighbors(
        neighbors.rows,
        np.take_along_axis(found, order, axis=1),
        np.take_along_axis(similarities, order, axis=1),
    )


def spread(neighbors: Neighbors, weights: sparse.csr_array, *, both: bool = True) -> Neighbors:
    """Compares weighted sums of rows, by what is known of the rows that are summed.

    With unit vectors x_j, the sums y_i = sum_j w_ij x_j have the cosines W S W^T, each divided by
    the lengths sqrt(w S w) of both, where S holds the cosines of the x_j. So vectors are not
    needed: a weighted sum of systems, or a hash, will do. This is exact as far as S is complete;
    pairs that were not found count as 0 here, and cosines may exceed 1 a little for that reason.

    Args:
      neighbors: of all m rows: [m, k].
      weights: [m, m], at least 0, in the order of `neighbors.rows`; a row of zeros is left alone.
      both: compare sums with sums; else each sum with the rows as they were.

    Returns:
      The [m, k] nearest by these cosines.

    Raises:
      UsageError: see `affinity`.
    """
    known = affinity(neighbors)
    summed = (weights @ known).tocsr()
    length = np.sqrt(np.asarray(summed.multiply(weights).sum(axis=1)).ravel())
    scale = np.divide(1, length, out=np.zeros_like(length), where=length > 0)
    summed = sparse.diags_array(scale) @ summed
    ends = (sparse.diags_array(scale) @ weights).T.tocsr() if both else None
    return _rank_blocks(neighbors, summed.tocsr(), ends)


def _rank_blocks(neighbors, summed, ends):
    m, k = neighbors.neighbors.shape
    found = np.full((m, k), -1, np.int32)
    similarities = np.full((m, k), -np.inf, np.float32)
    for start in range(0, m, _ROWS):
        block = summed[start : start + _ROWS]
        block = (block if ends is None else block @ ends).tocoo()
        rows, columns, values = _best(block, start, k)
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows) + 1
        found[rows, rank] = neighbors.rows[columns]
        similarities[rows, rank] = values
    found[:, 0] = neighbors.rows
    similarities[:, 0] = 1
    return Neighbors(neighbors.rows, found, similarities)


def _best(block, start: int, k: int):
    """The k - 1 largest of each line but the diagonal: lines ascending, then values descending."""
    rows, columns, values = block.row + start, block.col, block.data
    other = (rows != columns) & (values > 0)
    rows, columns, values = rows[other], columns[other], values[other].astype(np.float32)
    order = np.lexsort((columns, -values, rows))
    rows = rows[order]
    first = np.arange(len(rows)) - np.searchsorted(rows, rows) < k - 1
    order = order[first]
    return rows[first], columns[order], values[order]


def _known_pairs(neighbors):
    places = places_of(neighbors)
    line, rank = np.nonzero(places >= 0)
    return line, places[line, rank], neighbors.similarities[line, rank]
