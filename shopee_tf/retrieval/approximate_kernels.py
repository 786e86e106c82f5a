"""The inner loop that tells both sides of a pair of it, compiled by numba at first use."""

from shopee_tf.compilation import compiled


@compiled
def share(place, rows, neighbors, similarities, found, values):
    """Puts each query into the lists of those it found, where it belongs among their best.

    Args:
      place: [n] int64, where a row stands among the queries, -1 where it is none.
      rows: [m] int32, the queries.
      neighbors: [m, k] int32, what each found: itself, then by similarity, -1 at the end.
      similarities: [m, k] float32.
      found: [m, k] int32, a copy of `neighbors`, receives the lists.
      values: [m, k] float32, a copy of `similarities`, receives theirs.
    """
    last = neighbors.shape[1] - 1
    for query, row in enumerate(rows):
        for column in range(1, last + 1):
            other = neighbors[query, column]
            if other < 0:
                break
            at, value = place[other], similarities[query, column]
            if at < 0 or _stands_before(values[at, last], found[at, last], value, row):
                continue
            if row in found[at]:
                continue
            slot = last
            while slot > 1 and not _stands_before(
                values[at, slot - 1], found[at, slot - 1], value, row
            ):
                found[at, slot], values[at, slot] = found[at, slot - 1], values[at, slot - 1]
                slot -= 1
            found[at, slot], values[at, slot] = row, value


@compiled
def _stands_before(value, row, other_value, other_row):
    return value > other_value or (value == other_value and row < other_row)
