"""The order of class-weighted epochs."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.weighted_order import class_weighted_order
from tests.data.test_class_order import labels_of

SIZES = [1, 2, 3, 10, 24]  # 40 rows: 8 of each class
UNEVEN = [1, 2, 10]  # 13 rows: 4 of each class, and one more of one


def epochs(labels, count):
    return np.stack([class_weighted_order(labels, seed=1, epoch=epoch) for epoch in range(count)])


@pytest.mark.parametrize("sizes", [SIZES, UNEVEN, [5], [1, 1]])
def test_draws_as_many_rows_as_there_are_and_none_without_a_class(sizes):
    labels = labels_of(sizes)
    rows = class_weighted_order(labels, seed=0, epoch=0)
    assert (rows.shape, rows.dtype) == ((sum(sizes),), np.int32)
    assert labels[rows].min() >= 0


def test_each_class_is_drawn_equally_often():
    labels = labels_of(SIZES)
    for rows in epochs(labels, 5):
        assert np.bincount(labels[rows]).tolist() == [8] * 5


def test_what_is_left_over_goes_to_each_class_in_turn():
    labels = labels_of(UNEVEN)
    found = np.array([np.bincount(labels[rows]) for rows in epochs(labels, 300)])
    assert {tuple(sorted(counts)) for counts in found} == {(4, 4, 5)}
    # 13 / 3 expected; the mean of 300 has a standard deviation of sqrt(2 / 9 / 300) = 0.027.
    np.testing.assert_allclose(found.mean(axis=0), 13 / 3, atol=0.11)


def test_the_rows_of_a_class_are_equally_likely():
    labels = labels_of(SIZES)
    counts = np.bincount(epochs(labels, 300).ravel(), minlength=len(labels)) / 300
    expected = np.where(labels >= 0, 8 / np.array(SIZES)[labels], 0)
    np.testing.assert_allclose(counts, expected, atol=0.12)  # four standard deviations at most


def test_no_row_comes_twice_before_all_of_its_class_came_once():
    labels = labels_of(SIZES)
    for rows in epochs(labels, 5):
        times = np.bincount(rows, minlength=len(labels))
        for label, size in enumerate(SIZES):
            assert set(times[labels == label]) <= {8 // size, -(-8 // size)}


def test_the_order_is_a_function_of_seed_and_epoch():
    labels = labels_of(SIZES)
    first = class_weighted_order(labels, seed=3, epoch=1)
    np.testing.assert_array_equal(class_weighted_order(labels, seed=3, epoch=1), first)
    assert (class_weighted_order(labels, seed=3, epoch=2) != first).any()
    assert (class_weighted_order(labels, seed=4, epoch=1) != first).any()


def test_classes_do_not_come_one_after_the_other():
    labels = labels_of([20] * 10)
    drawn = labels[class_weighted_order(labels, seed=0, epoch=0)]
    assert len(set(drawn[:20].tolist())) > 5


@pytest.mark.real_data
def test_of_the_real_catalogue_each_product_is_drawn_three_or_four_times(shared_data):
    groups = pd.read_csv(shared_data / "shopee" / "train.csv")["label_group"]
    labels = np.unique(groups, return_inverse=True)[1].astype(np.int32)
    times = np.bincount(labels[class_weighted_order(labels, seed=0, epoch=0)])
    assert len(times) == labels.max() + 1
    assert set(times) == {3, 4}  # 31,192 rows of 10,014 products
