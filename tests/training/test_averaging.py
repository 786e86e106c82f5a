import keras
import numpy as np
import pytest

from shopee_tf.training.averaging import WeightAverage


def test_moves_by_the_decay_but_faster_at_first():
    weight = keras.Variable(np.float32(0.0))
    average = WeightAverage([weight], decay=0.15)
    weight.assign(1.0)
    average.update()  # decay (1 + 0) / (10 + 0) = 0.1: 0.1 x 0 + 0.9 x 1
    assert float(average.variables[0]) == pytest.approx(0.9)
    weight.assign(2.0)
    average.update()  # decay min(0.15, 2 / 11) = 0.15: 0.15 x 0.9 + 0.85 x 2
    assert float(average.variables[0]) == pytest.approx(0.135 + 1.7)
    assert float(weight) == 2.0


def test_applies_and_puts_back_even_after_an_error():
    weight = keras.Variable(np.array([1.0, 2.0], np.float32))
    average = WeightAverage([weight], decay=0.9)
    weight.assign([3.0, 4.0])
    with pytest.raises(KeyError), average.applied():
        assert weight.numpy().tolist() == [1.0, 2.0]
        raise KeyError
    assert weight.numpy().tolist() == [3.0, 4.0]
