"""Near hashes without comparing each with each: multi-index hashing, exact."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from shopee_tf.retrieval.hamming_parts import Part, flips_of, keys_of
from shopee_tf.retrieval.ranking import Scored, ranges

_CELLS = 1 << 18  # distances held at a time, 2 MiB with their differences


class Table(NamedTuple):
    """Points gathered by the key that a part of their bits makes.

    Attributes:
      part: the bits.
      keys: [n] int64, of each point.
      points: [n] int64, ordered by key.
      values: [n] uint64, the hashes in that order.
      starts: [keys + 1] int64, where the points of each key begin and the last end.
      flips: [f] int64, what to change in a key to get those that are near.
    """

    part: Part
    keys: np.ndarray
    points: np.ndarray
    values: np.ndarray
    starts: np.ndarray
    flips: np.ndarray


class Near(NamedTuple):
    """The near points of some queries, as flat arrays.

    Attributes:
      query: [t] int64, the index of the query.
      point: [t] int64.
      distance: [t] uint8.
    """

    query: np.ndarray
    point: np.ndarray
    distance: np.ndarray


def open_index(
    points: np.ndarray, *, parts: list[Part], k: int, max_distance: int, first: np.ndarray
) -> Callable[[np.ndarray], Scored]:
    """Gets ready to find for points the k that differ from them in the fewest bits.

    For each part the points are gathered by its bits; the queries of one such bucket are compared
    with all points of the buckets that are near. Memory grows with k for each query, however many
    points are near it. The more queries at a time, the more of them share a bucket.

    Args:
      points: [n] uint64, all different.
      parts: of `split_bits` for the same `max_distance`.
      k: points given for each query at most.
      max_distance: points that differ in more bits are left out.
      first: [n] ints, all different: of points at one distance the lowest come first.

    Returns:
      The scoring function of `blocks.Index`.
    """
    tables = [_gather(points, part) for part in parts]
    compare = _Comparison(max_distance, k)

    def score(block: np.ndarray) -> Scored:
        found = Near(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))
        for at, table in enumerate(tables):
            piece = _join(list(_search(table, points, block, compare, first)))
            differences = points[block[piece.query]] ^ points[piece.point]
            new = _is_new(differences, parts[:at])
            found = _best(_join([found, Near(*(array[new] for array in piece))]), k, first)
        return Scored(found.query, found.point, 0 - found.distance.astype(np.float32))

    return score


def _gather(points: np.ndarray, part: Part) -> Table:
    keys = keys_of(points, part.bits)
    order = np.argsort(keys, kind="stable")
    starts = np.searchsorted(keys[order], np.arange((1 << len(part.bits)) + 1))
    return Table(part, keys, order, points[order], starts, flips_of(part))


def _search(table: Table, points, queries, compare: "_Comparison", first) -> Iterator[Near]:
    """Yields what is near the queries, bucket by bucket."""
    _, keys, members, values, starts, flips = table
    by_key = np.argsort(keys[queries], kind="stable")
    ends = np.flatnonzero(np.diff(keys[queries[by_key]])) + 1
    for bucket in np.split(by_key, ends):
        near = keys[queries[bucket[0]]] ^ flips
        begin, sizes = starts[near], starts[near + 1] - starts[near]
        candidates = np.repeat(begin, sizes) + ranges(sizes)
        step = max(1, _CELLS // len(candidates))
        for start in range(0, len(bucket), step):
            some = bucket[start : start + step]
            query, place, distance = compare(points[queries[some]], values[candidates])
            piece = Near(some[query], members[candidates[place]], distance)
            yield _best(piece, compare.k, first) if len(query) > compare.k * len(some) else piece


class _Comparison:
    """Lists the pairs of two arrays of hashes that are near; reuses its memory from call to call.

    Fresh memory for each difference costs more than the comparison. Of a hash that has far more
    than k near, those further than the k-th are left out.
    """

    def __init__(self, max_distance: int, k: int):
        self.max_distance = max_distance
        self.k = k
        self._differences = np.empty(0, np.uint64)
        self._distances = np.empty(0, np.uint8)

    def __call__(self, left: np.ndarray, right: np.ndarray):
        cells = len(left) * len(right)
        if cells > len(self._differences):
            self._differences, self._distances = (
                np.empty(cells, np.uint64),
                np.empty(cells, np.uint8),
            )
        differences = self._differences[:cells]
        distances = self._distances[:cells]
        np.bitwise_xor(left[:, None], right, out=differences.reshape(len(left), len(right)))
        np.bitwise_count(differences, out=distances)
        near = np.flatnonzero(distances <= self.max_distance)
        if len(near) > 4 * self.k * len(left):  # to sort them all takes much longer than this
            table = distances.reshape(len(left), len(right))
            kth = np.partition(table, self.k - 1, axis=1)[:, self.k - 1]
            near = np.flatnonzero(table <= np.minimum(kth, self.max_distance)[:, None])
        return *np.divmod(near, len(right)), distances[near]


def _is_new(differences: np.ndarray, parts: list[Part]) -> np.ndarray:
    """Which pairs no earlier part has found: [t] bool."""
    new = np.ones(len(differences), bool)
    for part in parts:
        mask = np.uint64(sum(1 << int(bit) for bit in part.bits))
        new &= np.bitwise_count(differences & mask) > part.radius
    return new


def _best(near: Near, k: int, first: np.ndarray) -> Near:
    """Keeps the k nearest points of each query, of equally near ones the first."""
    if np.bincount(near.query).max(initial=0) <= k:
        return near
    order = np.lexsort((first[near.point], near.distance, near.query))
    kept = order[ranges(np.bincount(near.query)) < k]
    return Near(*(array[kept] for array in near))


def _join(pieces: list[Near]) -> Near:
    return Near(*(np.concatenate(arrays) for arrays in zip(*pieces)))
