"""The prior of group sizes."""

import numpy as np
import pytest

from shopee_tf.matching.group_sizes import add_singles, count_sizes, log_shares


def test_products_are_counted_by_size():
    assert count_sizes(np.array([5, 1, 5, 9, 5, 1])).products.tolist() == [0, 1, 1, 1]


def test_shares_are_smoothed_counts():
    prior = count_sizes(np.array([0, 0, 1, 1, 2]), smoothing=2)
    np.testing.assert_allclose(
        np.exp(log_shares(prior, 4)[1:]), [2 / 5, (2 + 1 / 3) / 5, 1 / 30, 1 / 50]
    )


def test_shares_of_all_sizes_sum_to_1():
    prior = count_sizes(np.array([0, 0, 0, 1, 2, 2]), smoothing=5)
    tail = 5 / 8 / (100_000 + 1)  # what 1 / (s (s + 1)) leaves beyond the last size
    assert np.exp(log_shares(prior, 100_000)[1:]).sum() == pytest.approx(1 - tail)


def test_a_size_beyond_the_last_one_wanted_is_left_out():
    assert len(log_shares(count_sizes(np.zeros(9, int)), 2)) == 3


@pytest.mark.parametrize("smoothing", [0, -1, np.nan])
def test_without_smoothing_a_size_would_be_impossible(smoothing):
    with pytest.raises(ValueError, match="smoothing above 0"):
        count_sizes(np.zeros(3, int), smoothing=smoothing)


def test_added_singles_are_their_share_of_all_listings():
    prior = count_sizes(np.repeat(np.arange(4), [1, 2, 3, 4]))
    products = add_singles(prior, 0.6).products
    assert products.tolist() == [0, 16, 1, 1, 1]
    assert 15 / (products @ np.arange(5)) == pytest.approx(0.6)
