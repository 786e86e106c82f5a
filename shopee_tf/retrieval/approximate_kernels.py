"""The inner loops that complete what an index proposed, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled


@compiled
def share(place, rows, neighbors, similarities, found, values, first, last):
    """Puts each query into the lists of those it found, where it belongs among their best.

    Args:
      place: [n] int64, where a row stands among the queries, -1 where it is none.
      rows: [m] int32, the queries.
      neighbors: [m, k] int32, what each found: itself, then by similarity, -1 at the end.
      similarities: [m, k] float32.
      found: [m, k] int32, a copy of `neighbors`, receives the lists.
      values: [m, k] float32, a copy of `similarities`, receives theirs.
      first: of the lists that are filled in this call.
      last: where these end.
    """
    for query, row in enumerate(rows):
        for column in range(1, neighbors.shape[1]):
            other = neighbors[query, column]
            if other < 0:
                break
            at = place[other]
            if first <= at < last:
                _insert(found[at], values[at], row, similarities[query, column])


@compiled
def expand(place, point, points, neighbors, similarities, found, values, first, last):
    """Scores the neighbours of each query's neighbours that are likely to be among its best.

    Args:
      place: [n] int64, where a row stands among the queries, -1 where it is none.
      point: [n] int64, where the vector of a row stands in `points`.
      points: [groups, dim] float32, on the grid of `spaces.unit_rows`.
      neighbors: [m, k] int32, what each query found: itself, then by similarity, -1 at the end.
      similarities: [m, k] float32.
      found: [m, k] int32, a copy of `neighbors`, receives the lists.
      values: [m, k] float32, a copy of `similarities`, receives theirs.
      first: of the queries of this call.
      last: where these end.
    """
    end = neighbors.shape[1] - 1
    for query in range(first, last):
        vector = points[point[neighbors[query, 0]]]
        for column in range(1, end + 1):
            other = neighbors[query, column]
            likeness = similarities[query, column]
            if other < 0 or likeness <= values[query, end]:
                break
            at = place[other]
            if at < 0:
                continue
            for step in range(1, end + 1):
                row = neighbors[at, step]
                if row < 0 or likeness * similarities[at, step] <= values[query, end]:
                    break
                if row not in found[query]:
                    value = _cosine(vector, points[point[row]])
                    _insert(found[query], values[query], row, value)


@compiled
def _cosine(vector, other):
    total = 0.0
    for at in range(len(vector)):
        total += np.float64(vector[at]) * np.float64(other[at])
    return np.float32(min(max(total, -1.0), 1.0))


@compiled
def _insert(found, values, row, value):
    last = len(found) - 1
    if _stands_before(values[last], found[last], value, row) or row in found:
        return
    slot = last
    while slot > 1 and not _stands_before(values[slot - 1], found[slot - 1], value, row):
        found[slot], values[slot] = found[slot - 1], values[slot - 1]
        slot -= 1
    found[slot], values[slot] = row, value


@compiled
def _stands_before(value, row, other_value, other_row):
    return value > other_value or (value == other_value and row < other_row)
