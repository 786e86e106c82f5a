"""Tests of `shopee_tf.models.predict`: batches in flight keep their order, faults come through."""

import time

import numpy as np
import pytest

from shopee_tf.models.predict import predict_batches

BATCHES = [(np.full((3, 1), start, np.float32), np.arange(3) + 3 * start) for start in range(8)]


def slow_first(features, count):
    """Twice the features; the first batch takes longest."""
    time.sleep(0.2 if features[0, 0] == 0 else 0.0)
    return features[:count] * 2


def test_results_come_in_the_order_of_the_batches():
    found = list(predict_batches(slow_first, iter(BATCHES)))
    assert [rows.tolist() for rows, _ in found] == [rows.tolist() for _, rows in BATCHES]
    for (_, vectors), (features, _) in zip(found, BATCHES, strict=True):
        np.testing.assert_array_equal(vectors, features * 2)


def test_no_more_batches_are_read_than_are_in_flight():
    read = []

    def batches():
        for batch in BATCHES:
            read.append(batch)
            yield batch

    next(predict_batches(slow_first, batches()))
    assert len(read) == 3


def test_the_fault_of_a_batch_comes_through():
    def predict(features, count):
        if features[0, 0] == 5:
            raise ValueError("batch 5")
        return features

    with pytest.raises(ValueError, match="batch 5"):
        list(predict_batches(predict, BATCHES))


def test_no_batches():
    assert list(predict_batches(slow_first, [])) == []
