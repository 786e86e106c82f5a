import keras
import numpy as np
import pytest

from shopee_tf.training.averaging import WeightAverage, weights_to_average


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


def test_the_statistics_of_batch_normalization_are_averaged_too():
    model = keras.Sequential(
        [keras.Input([3]), keras.layers.BatchNormalization(name="norm"), keras.layers.Dropout(0.5)]
    )
    names = [variable.name for variable in weights_to_average(model)]
    assert names == ["gamma", "beta", "moving_mean", "moving_variance"]


def test_what_is_frozen_is_not_averaged():
    norm = keras.layers.BatchNormalization(trainable=False)
    model = keras.Sequential([keras.Input([3]), norm, keras.layers.Dense(2, name="top")])
    assert [v.name for v in weights_to_average(model)] == ["kernel", "bias"]


def test_what_is_judged_normalizes_by_the_average_statistics():
    norm = keras.layers.BatchNormalization(epsilon=0.0, momentum=0.0)
    model = keras.Sequential([keras.Input([1]), norm])
    average = WeightAverage(weights_to_average(model), decay=0.1)
    model(np.array([[4.0], [8.0]], np.float32), training=True)  # mean 6, variance 4
    average.update()  # 0.1 x (0, 1) + 0.9 x (6, 4) = mean 5.4, variance 3.7
    with average.applied():
        assert float(norm.moving_mean[0]) == pytest.approx(5.4)
        assert float(model(np.ones((1, 1), "float32"))[0, 0]) == pytest.approx(-4.4 / 3.7**0.5)
    assert float(norm.moving_mean[0]) == pytest.approx(6.0)
