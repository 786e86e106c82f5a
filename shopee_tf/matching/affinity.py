"""Affinity: the neighbours of all rows as one sparse matrix, and back."""

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError

_ROWS = 2048  # ranked in one go; changes memory, not results
_BITS = 64  # of a perceptual hash
_BELOW_TWO = np.nextafter(np.float32(2), np.float32(0))
_VALUE_BITS = 30  # positive float32 below 2, read as whole numbers, are below 2**30 and as ordered


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
    # Absent rows have similarity -inf, so they end up last whatever their row.
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
    column_bits = max(m - 1, 1).bit_length()
    step = min(_ROWS, 1 << (64 - _VALUE_BITS - column_bits))
    for start in range(0, m, step):
        block = summed[start : start + step]
        block = (block if ends is None else block @ ends).tocoo()
        rows, ranks, columns, values = _best(block, start, k, column_bits)
        found[rows, ranks] = neighbors.rows[columns]
        similarities[rows, ranks] = values
    found[:, 0] = neighbors.rows
    similarities[:, 0] = 1
    return Neighbors(neighbors.rows, found, similarities)


def _best(block, start: int, k: int, column_bits: int):
    """The k - 1 largest of each line but the diagonal: row, rank from 1, column and value.

    Line, falling value and column are packed in one number each, for numpy sorts whole numbers ten
    times as fast as it finds the order of three arrays.
    """
    other = (block.row + start != block.col) & (block.data > 0)
    values = np.minimum(block.data[other], _BELOW_TWO, dtype=np.float32)
    falling = _BELOW_TWO.view(np.uint32) - values.view(np.uint32)
    keys = block.row[other].astype(np.uint64) << np.uint64(_VALUE_BITS) | falling
    keys = np.sort(keys << np.uint64(column_bits) | block.col[other].astype(np.uint64))
    lines = (keys >> np.uint64(_VALUE_BITS + column_bits)).astype(np.int64)
    counts = np.bincount(lines, minlength=1)
    ranks = np.arange(1, len(lines) + 1) - (counts.cumsum() - counts)[lines]
    keys, lines, ranks = (each[ranks < k] for each in (keys, lines, ranks))
    columns = keys & np.uint64((1 << column_bits) - 1)
    falling = (keys >> np.uint64(column_bits)).astype(np.uint32) & np.uint32((1 << _VALUE_BITS) - 1)
    values = (_BELOW_TWO.view(np.uint32) - falling).view(np.float32)
    return lines + start, ranks, columns.astype(np.int64), values


def _known_pairs(neighbors):
    places = places_of(neighbors)
    line, rank = np.nonzero(places >= 0)
    return line, places[line, rank], neighbors.similarities[line, rank]
