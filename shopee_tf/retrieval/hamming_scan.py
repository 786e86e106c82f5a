"""Near hashes by comparing each with each."""

from collections.abc import Callable

import numpy as np

from shopee_tf.retrieval.ranking import Scored, join_scored, ranges

_STEP = 32  # queries ranked in one go
_CELLS = 1 << 16  # differences of hashes held at a time: 512 KiB stay in the cache
_WIDER = 2  # bits by which the radius grows for queries that found too little


def open_scan(
    points: np.ndarray, *, k: int, max_distance: int, first: np.ndarray
) -> Callable[[np.ndarray], Scored]:
    """Gets ready to compare points with all points.

    Args:
      points: [n] uint64, all different.
      k: points given for each query at most.
      max_distance: points that differ in more bits are left out.
      first: [n] ints, all different: of points at one distance the lowest come first.

    Returns:
      The scoring function of `blocks.Index`.
    """
    order = np.argsort(first)
    ordered = points[order]
    rows = max(1, _CELLS // max(len(points), 1))
    # Filled again and again: fresh memory for each difference costs more than the comparison.
    differences = np.empty((rows, len(points)), np.uint64)
    distances = np.empty((_STEP, len(points)), np.uint8)

    def measure(queries: np.ndarray) -> np.ndarray:
        for start in range(0, len(queries), rows):
            some = queries[start : start + rows]
            np.bitwise_xor(some[:, None], ordered, out=differences[: len(some)])
            np.bitwise_count(differences[: len(some)], out=distances[start : start + len(some)])
        return distances[: len(queries)]

    def score(block: np.ndarray) -> Scored:
        query, place, similarity = _score(measure, points[block], k, max_distance)
        return Scored(query, order[place], similarity)

    return score


def _score(measure, block: np.ndarray, k: int, max_distance: int) -> Scored:
    parts, radius = [], max_distance
    for start in range(0, len(block), _STEP):
        distances = measure(block[start : start + _STEP])  # [b, n] uint8
        query, place, distance = _within(distances, k, radius, max_distance)
        # One number sorts faster than three: 32 bits of the place, 8 of the distance, the query.
        ranked = np.sort(query << 40 | distance.astype(np.int64) << 32 | place)
        counts = np.bincount(query, minlength=len(distances))
        best = ranked[ranges(counts) < k]
        distance = best >> 32 & 0xFF
        parts.append(
            Scored(start + (best >> 40), best & 0xFFFFFFFF, 0 - distance.astype(np.float32))
        )
        # A radius that holds k points for most queries spares listing points that are not wanted.
        last = np.cumsum(np.minimum(counts, k)) - 1
        furthest = np.where(counts >= k, distance[last], max_distance)
        radius = int(np.sort(furthest)[int(0.8 * (len(furthest) - 1))])
    return join_scored(parts)


def _within(distances: np.ndarray, k: int, radius: int, max_distance: int):
    """Lists the points within `radius`; where that is fewer than k, within a wider one."""
    near = np.flatnonzero(distances <= radius)
    query, place = np.divmod(near, distances.shape[1])
    found = query, place, distances.ravel()[near]
    short = np.flatnonzero(np.bincount(query, minlength=len(distances)) < k)
    if radius == max_distance or not len(short):
        return found
    enough = ~np.isin(query, short)
    wider = min(radius + _WIDER, max_distance)
    query, place, distance = _within(distances[short], k, wider, max_distance)
    more = short[query], place, distance
    return tuple(np.concatenate([array[enough], other]) for array, other in zip(found, more))
