"""Thresholds: the exact sweep against trying every threshold."""

import numpy as np
import pytest

from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.matching.thresholds import find_matches, fit_threshold, threshold_curve
from shopee_tf.metrics import row_f1
from shopee_tf.retrieval.neighbors import Neighbors


def random_neighbors(seed: int, *, n: int = 40, k: int = 12, levels: int = 9):
    """Neighbours with many equal similarities, some padding, and labels to score them by."""
    rng = np.random.default_rng(seed)
    neighbors = np.full((n, k), -1, np.int32)
    similarities = np.full((n, k), -np.inf, np.float32)
    for row in range(n):
        count = int(rng.integers(1, k + 1))
        others = rng.permutation(np.delete(np.arange(n), row))[: count - 1]
        values = np.sort(rng.integers(0, levels, count - 1) / levels)[::-1]
        neighbors[row, :count] = [row, *others]
        similarities[row, :count] = [1.0, *values]
    return Neighbors(np.arange(n, dtype=np.int32), neighbors, similarities), rng.integers(0, 8, n)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limit", [3, 50])
def test_curve_equals_scoring_at_each_threshold(seed, limit):
    neighbors, labels = random_neighbors(seed)
    curve = threshold_curve(neighbors, labels, limit=limit)
    for threshold, f1 in zip(*curve, strict=True):
        matches = find_matches(neighbors, threshold, limit=limit)
        assert row_f1(matches, labels) == pytest.approx(f1)


@pytest.mark.parametrize("seed", range(5))
def test_no_threshold_beats_the_fitted_one(seed):
    neighbors, labels = random_neighbors(seed)
    fitted = fit_threshold(neighbors, labels)
    every = [row_f1(find_matches(neighbors, t), labels) for t in np.linspace(-0.5, 1.1, 50)]
    assert fitted.f1 >= max(every) - 1e-12


def test_the_row_itself_matches_whatever_the_threshold():
    neighbors, _ = random_neighbors(0)
    assert find_matches(neighbors, np.inf) == {row: [row] for row in range(40)}


def test_at_most_50_matches():
    n = 60
    order = np.array([[row, *np.delete(np.arange(n), row)] for row in range(n)], np.int32)
    alike = Neighbors(np.arange(n, dtype=np.int32), order, np.ones((n, n), np.float32))
    assert {len(found) for found in find_matches(alike, 0.5).values()} == {50}


def test_a_similarity_at_the_threshold_matches():
    pair = Neighbors(
        np.array([0, 1], np.int32),
        np.array([[0, 1], [1, 0]], np.int32),
        np.array([[1, 0.25], [1, 0.25]], np.float32),
    )
    assert find_matches(pair, 0.25) == {0: [0, 1], 1: [1, 0]}
    assert find_matches(pair, 0.2500001) == {0: [0], 1: [1]}


def test_the_order_of_the_pairs_does_not_matter():
    rng = np.random.default_rng(0)
    pairs = Pairs(rng.integers(0, 9, 60), rng.permutation(60) / 60, rng.random(60) < 0.5)
    given = {"predicted": np.ones(9), "correct": np.ones(9), "truth": np.full(9, 7)}
    order = np.lexsort((-pairs.similarity, pairs.query))
    ordered = Pairs(*(values[order] for values in pairs))
    for found, expected in zip(sweep(pairs, **given), sweep(ordered, **given), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
