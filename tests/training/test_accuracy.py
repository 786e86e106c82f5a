import numpy as np
import pytest

from shopee_tf.training.accuracy import class_score


def test_accuracy_and_cross_entropy_by_hand():
    logits = np.log([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]])
    found = class_score(logits, np.array([0, 1, 0]))
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.loss == pytest.approx(-np.log(0.5 * 0.8 * 0.25) / 3)


def test_large_logits_overflow_nothing():
    assert class_score(np.array([[1e4, 0.0]], "float32"), np.array([1])).loss == pytest.approx(1e4)
