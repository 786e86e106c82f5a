"""Unions of systems, their thresholds fitted together."""

import numpy as np
import pytest

from shopee_tf.matching.fusion import combine, find_union, fit_union
from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.metrics import row_f1
from shopee_tf.retrieval.neighbors import Neighbors


def everybody(similarity: np.ndarray) -> Neighbors:
    """All rows as neighbours of all, by a square matrix of similarities."""
    similarity = similarity.copy()
    np.fill_diagonal(similarity, np.inf)
    order = np.argsort(-similarity, axis=1, kind="stable").astype(np.int32)
    rows = np.arange(len(order), dtype=np.int32)
    return Neighbors(rows, order, np.take_along_axis(similarity, order, 1).astype(np.float32))


def noisy_systems(seed: int, *, n: int = 30):
    """Two systems of which each sees half of the products, and the labels."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(n // 3), 3)
    same = labels[:, None] == labels[None]
    seen = labels % 2 == 0
    noise = [rng.random((n, n)) for _ in range(2)]
    return [everybody(noise[0] + same * seen), everybody(noise[1] + same * ~seen)], labels


def test_union_keeps_the_best_of_each_in_turn():
    assert combine({0: [0, 3, 4]}, {0: [0, 5]}, limit=3) == {0: [0, 3, 5]}


def test_union_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one system"):
        combine()


def test_union_of_different_rows_is_refused():
    with pytest.raises(ValueError, match="same rows"):
        combine({0: [0]}, {1: [1]})


@pytest.mark.parametrize("seed", range(4))
def test_union_is_at_least_as_good_as_each_system_alone(seed):
    systems, labels = noisy_systems(seed)
    fitted = fit_union(systems, labels)
    assert fitted.f1 >= max(fit_threshold(one, labels).f1 for one in systems)


@pytest.mark.parametrize("seed", range(4))
def test_fitted_f1_is_the_f1_of_what_is_found(seed):
    systems, labels = noisy_systems(seed)
    fitted = fit_union(systems, labels)
    assert row_f1(find_union(systems, fitted.thresholds), labels) == pytest.approx(fitted.f1)


@pytest.mark.parametrize("seed", range(4))
def test_no_threshold_of_one_system_can_be_moved_for_the_better(seed):
    systems, labels = noisy_systems(seed)
    fitted = fit_union(systems, labels)
    for system in range(2):
        for value in np.linspace(0, 2, 41):
            moved = list(fitted.thresholds)
            moved[system] = value
            assert row_f1(find_union(systems, moved), labels) <= fitted.f1 + 1e-6


def test_one_system_alone_is_its_own_threshold():
    systems, labels = noisy_systems(0)
    alone = fit_threshold(systems[0], labels)
    assert fit_union(systems[:1], labels) == ([alone.threshold], alone.f1)
