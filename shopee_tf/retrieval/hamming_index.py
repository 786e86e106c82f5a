"""Near hashes without comparing each with each: multi-index hashing, exact."""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from shopee_tf.retrieval.blocks import Progress
from shopee_tf.retrieval.ranking import ranges

_CELLS = 1 << 18  # distances held at a time, 2 MiB with their differences
_BUCKETS_BETWEEN_PROGRESS = 256
# Seconds on one core, measured on 30,000 to 1,000,000 hashes; they steer the choice alone.
_PER_BUCKET, _PER_CANDIDATE, _PER_PAIR = 40e-6, 8e-9, 2e-9


class Part(NamedTuple):
    """Some bits of the hashes, and in how many of them two near hashes may differ.

    Attributes:
      bits: [b] ints, their places, 0 the lowest.
      radius: bits of these that may differ.
    """

    bits: np.ndarray
    radius: int


class Near(NamedTuple):
    """The near points of each query, as flat arrays ordered by query.

    Attributes:
      query: [t] int64, the index of the query.
      point: [t] int64.
      distance: [t] uint8.
    """

    query: np.ndarray
    point: np.ndarray
    distance: np.ndarray


def split_bits(num_parts: int, max_distance: int) -> list[Part]:
    """Deals the 64 bits to parts so that near hashes are near in at least one of them.

    With d = r m + a (a < m), the first a + 1 of m parts get radius r and the others r - 1: hashes
    that differ in more bits than that in every part differ in at least
    (a + 1)(r + 1) + (m - a - 1) r = d + 1 bits (Norouzi, Punjani, Fleet 2012, arXiv:1307.2982).
    Parts of radius -1 are left out. Bits are dealt like cards, since neighbouring ones may be equal
    in all hashes.
    """
    radius, more = divmod(max_distance, num_parts)
    dealt = [np.arange(start, 64, num_parts) for start in range(num_parts)]
    parts = [Part(bits, radius - (start > more)) for start, bits in enumerate(dealt)]
    return [part for part in parts if part.radius >= 0]


def best_split(points: np.ndarray, queries: np.ndarray, *, max_distance: int):
    """Finds the number of parts that makes the search quickest.

    Args:
      points: [n] uint64.
      queries: [q] ints, points to search from.
      max_distance: bits that may differ.

    Returns:
      The parts, and about how many seconds a search with them takes.
    """
    plans = [split_bits(num_parts, max_distance) for num_parts in range(4, 9)]
    costs = [sum(_cost(points, queries, part) for part in parts) for parts in plans]
    best = int(np.argmin(costs))
    return plans[best], costs[best]


def near_points(
    points: np.ndarray,
    queries: np.ndarray,
    *,
    parts: list[Part],
    max_distance: int,
    k: int,
    first: np.ndarray,
    progress: Progress | None = None,
) -> Near:
    """Finds for each query the k points that differ from it in the fewest bits, itself among them.

    For each part the points are gathered by its bits; the queries of one such bucket are compared
    with all points of the buckets that are near. Memory grows with k for each query, however many
    points are near it.

    Args:
      points: [n] uint64, all different.
      queries: [q] ints, points to search from.
      parts: of `split_bits` for the same `max_distance`.
      max_distance: points that differ in more bits are left out.
      k: points wanted for each query.
      first: [n] ints, all different: of points at one distance the lowest come first.
      progress: called with the queries done and the queries to do, a query counted once a part.
    """
    found = Near(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))
    for at, part in enumerate(parts):
        pieces, done = [found], at * len(queries)
        for number, (searched, piece) in enumerate(
            _search(points, queries, part, max_distance=max_distance, k=k, first=first), start=1
        ):
            pieces.append(piece)
            done += searched
            if progress is not None and number % _BUCKETS_BETWEEN_PROGRESS == 0:
                progress(done, len(parts) * len(queries))
        piece = _join(pieces[1:])
        new = _is_new(points[queries[piece.query]] ^ points[piece.point], parts[:at])
        found = _best(_join([found, Near(*(array[new] for array in piece))]), k, first)
    order = np.argsort(found.query, kind="stable")
    return Near(*(array[order] for array in found))


def _search(points, queries, part, *, max_distance, k, first) -> Iterator[tuple[int, Near]]:
    """Yields, bucket by bucket, how many queries were searched and what is near them."""
    keys = _keys(points, part.bits)
    order = np.argsort(keys, kind="stable")
    starts = np.searchsorted(keys[order], np.arange((1 << len(part.bits)) + 1))
    values, flips = points[order], _flips(part)
    by_key = np.argsort(keys[queries], kind="stable")
    ends = np.flatnonzero(np.diff(keys[queries[by_key]])) + 1
    compare = _Comparison(max_distance, k)
    for bucket in np.split(by_key, ends):
        near = keys[queries[bucket[0]]] ^ flips
        begin, sizes = starts[near], starts[near + 1] - starts[near]
        candidates = np.repeat(begin, sizes) + ranges(sizes)
        step = max(1, _CELLS // len(candidates))
        for start in range(0, len(bucket), step):
            some = bucket[start : start + step]
            query, place, distance = compare(points[queries[some]], values[candidates])
            piece = Near(some[query], order[candidates[place]], distance)
            yield len(some), _best(piece, k, first) if len(query) > k * len(some) else piece


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


def _cost(points: np.ndarray, queries: np.ndarray, part: Part) -> float:
    """About how many seconds the search of one part takes."""
    num_flips = sum(math.comb(len(part.bits), count) for count in range(part.radius + 1))
    num_keys = 1 << len(part.bits)
    keys = _keys(points, part.bits)
    sizes = np.bincount(keys, minlength=num_keys)
    asked = np.bincount(keys[queries], minlength=num_keys)
    used = np.flatnonzero(asked)
    # The buckets one bit away stand for those that are further away.
    beside = np.mean([sizes[used ^ (1 << place)] for place in range(len(part.bits))], axis=0)
    near = sizes[used] + (num_flips - 1) * beside
    return len(used) * _PER_BUCKET + near @ (_PER_CANDIDATE + asked[used] * _PER_PAIR)


def _keys(points: np.ndarray, bits: np.ndarray) -> np.ndarray:
    keys = np.zeros(len(points), np.int64)
    for place, bit in enumerate(bits):
        keys |= ((points >> np.uint64(bit)) & np.uint64(1)).astype(np.int64) << place
    return keys


def _flips(part: Part) -> np.ndarray:
    """All numbers of as many bits as the part, of which at most `radius` are set."""
    chosen = (
        places
        for count in range(part.radius + 1)
        for places in combinations(range(len(part.bits)), count)
    )
    return np.array([sum(1 << place for place in places) for places in chosen])


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
