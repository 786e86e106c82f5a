import numpy as np
import pytest

from shopee_tf.retrieval import hamming_index
from shopee_tf.retrieval.hamming_index import best_split, near_points, split_bits


def near_copies(num=1500, seed=0):
    # 60 hashes, each with up to 8 bits flipped: some pairs near, most far.
    rng = np.random.default_rng(seed)
    flips = np.uint64(1) << rng.integers(0, 64, (num, 8), dtype=np.uint64)
    flips = np.bitwise_xor.reduce(np.where(rng.random((num, 8)) < 0.5, flips, 0), axis=1)
    return np.unique(rng.integers(0, 2**64, 60, dtype=np.uint64)[rng.integers(0, 60, num)] ^ flips)


HOSTILE = {
    "near copies": near_copies(),
    "the low bits alone": np.arange(700, dtype=np.uint64),
    "the bits of one of four parts alone": np.bitwise_or.reduce(
        [
            (np.arange(512, dtype=np.uint64) >> np.uint64(b) & 1) << np.uint64(4 * b)
            for b in range(9)
        ]
    ),
    "one bit each": np.uint64(1) << np.arange(64, dtype=np.uint64),
    "one": np.zeros(1, np.uint64),
}


def brute_force(points, queries, first, *, max_distance, k):
    """Each query with its points and their distances, the nearest first, then the first."""
    distances = np.bitwise_count(points[queries, None] ^ points)
    return [
        [
            (index, int(p), int(row[p]))
            for p in np.lexsort((first, row))[:k]
            if row[p] <= max_distance
        ]
        for index, row in enumerate(distances)
    ]


def as_lists(near, num_queries, first):
    order = np.lexsort((first[near.point], near.distance, near.query))
    found = [[] for _ in range(num_queries)]
    for query, point, distance in zip(*(array[order].tolist() for array in near)):
        found[query].append((query, point, distance))
    return found


@pytest.mark.faults
@pytest.mark.parametrize("points", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(("num_parts", "max_distance"), [(4, 0), (4, 3), (4, 9), (5, 7), (8, 12)])
@pytest.mark.parametrize("k", [3, 2000])
def test_the_same_as_brute_force(points, num_parts, max_distance, k):
    first = np.random.default_rng(1).permutation(len(points))
    queries = np.arange(len(points))
    parts = split_bits(num_parts, max_distance)
    near = near_points(points, queries, parts=parts, max_distance=max_distance, k=k, first=first)
    expected = brute_force(points, queries, first, max_distance=max_distance, k=k)
    assert as_lists(near, len(queries), first) == expected
    assert np.all(np.diff(near.query) >= 0)


@pytest.mark.parametrize("cells", [1, 1000])
def test_the_memory_for_distances_changes_nothing(monkeypatch, cells):
    points = HOSTILE["the low bits alone"]
    kept = {"parts": split_bits(4, 9), "max_distance": 9, "k": 5, "first": np.arange(700)}
    expected = near_points(points, np.arange(700), **kept)
    monkeypatch.setattr(hamming_index, "_CELLS", cells)
    for ours, theirs in zip(near_points(points, np.arange(700), **kept), expected):
        np.testing.assert_array_equal(ours, theirs)


def test_queries_are_numbered_as_they_are_given():
    points, queries = near_copies(), np.array([700, 3, 41])
    first = np.arange(len(points))
    near = near_points(points, queries, parts=split_bits(6, 9), max_distance=9, k=9, first=first)
    expected = brute_force(points, queries, first, max_distance=9, k=9)
    assert as_lists(near, 3, first) == expected


@pytest.mark.parametrize("num_parts", range(4, 9))
@pytest.mark.parametrize("max_distance", range(25))
def test_far_in_every_part_is_far(num_parts, max_distance):
    # One bit more than the radius in each part is one bit more than the distance in all.
    parts = split_bits(num_parts, max_distance)
    assert sum(part.radius + 1 for part in parts) == max_distance + 1
    assert sorted({bit for part in split_bits(num_parts, 24) for bit in part.bits}) == [*range(64)]


def test_more_hashes_are_split_into_fewer_parts():
    rng = np.random.default_rng(0)
    few, many = (rng.integers(0, 2**64, num, dtype=np.uint64) for num in (2_000, 400_000))
    few_parts, few_seconds = best_split(few, np.arange(len(few)), max_distance=9)
    many_parts, many_seconds = best_split(many, np.arange(len(many)), max_distance=9)
    assert len(few_parts[0].bits) < len(many_parts[0].bits)
    assert few_seconds < many_seconds


def test_progress_counts_each_query_once_a_part(monkeypatch):
    monkeypatch.setattr(hamming_index, "_BUCKETS_BETWEEN_PROGRESS", 1)
    told, points = [], near_copies()
    near_points(
        points, np.arange(len(points)), parts=split_bits(4, 3), max_distance=3, k=3,
        first=np.arange(len(points)), progress=lambda *step: told.append(step),
    )  # fmt: skip
    assert told[-1] == (4 * len(points), 4 * len(points))
    assert told == sorted(told)
