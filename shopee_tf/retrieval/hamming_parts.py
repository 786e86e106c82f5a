"""Parts of the bits of hashes: near hashes are near in one of them."""

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

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


def best_split(points: np.ndarray, queries: np.ndarray, *, max_distance: int, block_size: int):
    """Finds the number of parts that makes the search quickest.

    Args:
      points: [n] uint64.
      queries: [q] ints, points to search from.
      max_distance: bits that may differ.
      block_size: queries searched at a time.

    Returns:
      The parts, and about how many seconds a search with them takes.
    """
    plans = [split_bits(num_parts, max_distance) for num_parts in range(4, 9)]
    num_blocks = -(-len(queries) // block_size)
    costs = [sum(_cost(points, queries, part, num_blocks) for part in parts) for parts in plans]
    best = int(np.argmin(costs))
    return plans[best], costs[best]


def _cost(points: np.ndarray, queries: np.ndarray, part: Part, num_blocks: int) -> float:
    """About how many seconds the search of one part takes."""
    num_flips = sum(math.comb(len(part.bits), count) for count in range(part.radius + 1))
    num_keys = 1 << len(part.bits)
    keys = keys_of(points, part.bits)
    sizes = np.bincount(keys, minlength=num_keys)
    asked = np.bincount(keys[queries], minlength=num_keys)
    used = np.flatnonzero(asked)
    # The buckets one bit away stand for those that are further away.
    beside = np.mean([sizes[used ^ (1 << place)] for place in range(len(part.bits))], axis=0)
    near = sizes[used] + (num_flips - 1) * beside
    visits = np.minimum(asked[used], num_blocks)  # a bucket is looked up again in every block
    pairs = float(near @ asked[used])
    return float(visits @ (_PER_BUCKET + near * _PER_CANDIDATE)) + pairs * _PER_PAIR


def keys_of(points: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """The bits of each point at these places, as one number: [n] int64."""
    keys = np.zeros(len(points), np.int64)
    for place, bit in enumerate(bits):
        keys |= ((points >> np.uint64(bit)) & np.uint64(1)).astype(np.int64) << place
    return keys


def flips_of(part: Part) -> np.ndarray:
    """All numbers of as many bits as the part, of which at most `radius` are set."""
    chosen = (
        places
        for count in range(part.radius + 1)
        for places in combinations(range(len(part.bits)), count)
    )
    return np.array([sum(1 << place for place in places) for places in chosen])
