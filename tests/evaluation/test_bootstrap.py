"""The interval of a mean over listings."""

import numpy as np
import pytest

from shopee_tf.evaluation.bootstrap import bootstrap_interval


def test_two_products_of_different_size():
    # Of 0, 0, 0 and 1 the means are 0 (a quarter of draws), 1/4 (half of them) and 1 (a quarter).
    values, products = np.array([0.0, 0.0, 0.0, 1.0]), np.array([5, 5, 5, 9])
    assert bootstrap_interval(values, products) == (0.0, 1.0)
    assert bootstrap_interval(values, products, level=0.4) == (0.25, 0.25)


def test_many_products_of_one_listing_agree_with_the_standard_error():
    values = np.random.default_rng(1).normal(size=2000)
    low, high = bootstrap_interval(values, np.arange(2000))
    error = values.std() / np.sqrt(2000)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_listings_of_one_product_are_drawn_together():
    values = np.random.default_rng(1).random(300)
    copies, products = np.repeat(values, 4), np.repeat(np.arange(300), 4)
    assert bootstrap_interval(copies, products) == bootstrap_interval(values, np.arange(300))


def test_the_seed_decides_the_draws():
    values = np.random.default_rng(1).random(30)
    same, other = (bootstrap_interval(values, np.arange(30), seed=seed) for seed in (0, 1))
    assert bootstrap_interval(values, np.arange(30)) == same != other


def test_any_number_of_draws():
    assert bootstrap_interval(np.array([0.0, 1.0]), np.array([0, 1]), draws=1).low in (0, 0.5, 1)


def test_no_values():
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap_interval(np.zeros(0), np.zeros(0, int))
