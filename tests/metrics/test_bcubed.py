"""B-cubed against numbers worked on paper."""

import numpy as np
import pytest

from shopee_tf.metrics import bcubed, bcubed_groups


def test_two_products_in_one_group():
    found = bcubed_groups(np.array([0, 0, 0]), np.array([5, 5, 6]))
    # Precision (2/3 + 2/3 + 1/3) / 3, recall 1.
    assert found == pytest.approx((5 / 9, 1, 5 / 7))


def test_a_product_in_two_groups():
    found = bcubed_groups(np.array([4, 4, 9]), np.array([5, 5, 5]))
    assert found == pytest.approx((1, 5 / 9, 5 / 7))


def test_match_sets_that_overlap():
    matches = {0: [0, 1, 2], 1: [1, 0], 2: [2, 1]}
    # Precision (2/3 + 1 + 1/2) / 3, recall (1 + 1 + 1) / 3.
    precision = (2 / 3 + 1 + 1 / 2) / 3
    expected = (precision, 1, 2 * precision / (1 + precision))
    assert bcubed(matches, np.array([5, 5, 6])) == pytest.approx(expected)


def test_of_groups_match_sets_give_the_same():
    rng = np.random.default_rng(0)
    groups, labels = rng.integers(0, 7, 40), rng.integers(-2, 9, 40) + 2
    matches = {row: np.flatnonzero(groups == groups[row]).tolist() for row in range(40)}
    assert bcubed_groups(groups, labels) == pytest.approx(bcubed(matches, labels))


def test_nothing_right_has_an_f1_of_zero():
    assert bcubed({0: [1]}, np.array([5, 6])).f1 == 0


@pytest.mark.parametrize("sizes", [(0, 0), (2, 3)])
def test_groups_that_do_not_go_with_the_labels(sizes):
    with pytest.raises(ValueError, match="a group for each of at least one listing"):
        bcubed_groups(*(np.zeros(size, int) for size in sizes))
