"""Weighted sums of similarities, their weights fitted."""

import numpy as np
import pytest

from shopee_tf.matching import blending
from shopee_tf.matching.blending import Candidates, blend, candidates_of, fit_weights
from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.retrieval.neighbors import Neighbors


def noisy_pair(seed: int, *, n: int = 40) -> tuple[Candidates, np.ndarray]:
    """Everybody as candidate of everybody, in the eyes of two systems with noise of their own."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(n // 4), 4)
    others = np.array([np.delete(np.arange(n), row) for row in range(n)])
    same = labels[others] == labels[:, None]
    similarities = same + rng.normal(scale=(0.5, 0.7), size=(n, n - 1, 2)).transpose(2, 0, 1)
    return Candidates(np.arange(n), others, similarities.astype(np.float32)), labels


def f1_at(candidates, labels, weights):
    return fit_threshold(blend(candidates, weights), labels).f1


def test_candidates_are_what_any_system_found_each_once():
    first = Neighbors(np.array([0, 1]), np.array([[0, 3, 2], [1, -1, -1]]), np.zeros((2, 3)))
    second = Neighbors(np.array([0, 1]), np.array([[0, 2, 1], [1, 5, -1]]), np.zeros((2, 3)))
    rows, others = candidates_of([first, second])
    assert rows.tolist() == [0, 1]
    assert others.tolist() == [[1, 2, 3], [5, -1, -1]]


def test_equal_sums_stand_in_the_order_of_rows_and_padding_last():
    similarities = np.array([[[0.5, 0.5, 0.0]], [[0.25, 0.25, 0.0]]], np.float32)
    found = blend(Candidates(np.array([7]), np.array([[2, 9, -1]]), similarities), [0.5, 0.5])
    assert found.neighbors.tolist() == [[7, 2, 9, -1]]
    assert found.similarities.tolist() == [[1.0, 0.375, 0.375, -np.inf]]


@pytest.mark.parametrize("seed", range(4))
def test_fitted_weights_are_at_least_as_good_as_any_on_a_grid_of_quarters(seed):
    candidates, labels = noisy_pair(seed)
    fitted = f1_at(candidates, labels, fit_weights(candidates, labels))
    for weight in (0.0, 0.25, 0.5, 0.75, 1.0):
        assert fitted >= f1_at(candidates, labels, (weight, 1 - weight)) - 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_weights_are_shares_of_one(seed):
    candidates, labels = noisy_pair(seed)
    weights = fit_weights(candidates, labels)
    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(1)


def test_a_system_of_noise_gets_little_weight():
    candidates, labels = noisy_pair(0)
    noise = np.random.default_rng(1).random(candidates.others.shape).astype(np.float32)
    similarities = np.stack([candidates.similarities[0], noise])
    assert fit_weights(candidates._replace(similarities=similarities), labels)[1] < 0.25


def test_of_more_rows_than_are_needed_every_second_judges_the_weights(monkeypatch):
    candidates, labels = noisy_pair(2)
    everyone = np.arange(40)
    half = Candidates(everyone[::2], candidates.others[::2], candidates.similarities[:, ::2])
    expected = fit_weights(half, labels, searched=everyone)
    monkeypatch.setattr(blending, "_MOST_ROWS", 20)
    assert fit_weights(candidates, labels) == expected
