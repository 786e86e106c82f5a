import numpy as np
import pytest

from shopee_tf.retrieval import hamming_index
from shopee_tf.retrieval.hamming_index import open_index
from shopee_tf.retrieval.hamming_parts import split_bits


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


def search(points, queries, first, *, num_parts, max_distance, k):
    parts = split_bits(num_parts, max_distance)
    score = open_index(points, parts=parts, k=k, max_distance=max_distance, first=first)
    query, point, similarity = score(queries)
    order = np.lexsort((first[point], -similarity, query))
    found = [[] for _ in queries]
    for at in order:
        found[query[at]].append((int(query[at]), int(point[at]), -int(similarity[at])))
    return found


@pytest.mark.faults
@pytest.mark.parametrize("points", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(("num_parts", "max_distance"), [(4, 0), (4, 3), (4, 9), (5, 7), (8, 12)])
@pytest.mark.parametrize("k", [3, 2000])
def test_the_same_as_brute_force(points, num_parts, max_distance, k):
    first = np.random.default_rng(1).permutation(len(points))
    queries = np.arange(len(points))
    found = search(points, queries, first, num_parts=num_parts, max_distance=max_distance, k=k)
    assert found == brute_force(points, queries, first, max_distance=max_distance, k=k)


@pytest.mark.parametrize("cells", [1, 1000])
def test_the_memory_for_distances_changes_nothing(monkeypatch, cells):
    points, queries = HOSTILE["the low bits alone"], np.arange(700)
    kept = {"num_parts": 4, "max_distance": 9, "k": 5}
    expected = search(points, queries, queries, **kept)
    monkeypatch.setattr(hamming_index, "_CELLS", cells)
    assert search(points, queries, queries, **kept) == expected


def test_some_points_search_among_all():
    points, queries = near_copies(), np.array([3, 41, 700])
    first = np.arange(len(points))
    found = search(points, queries, first, num_parts=6, max_distance=9, k=9)
    assert found == brute_force(points, queries, first, max_distance=9, k=9)
