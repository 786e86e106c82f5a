"""Steps of SGD worked by hand."""

import keras
import numpy as np
import pytest

from shopee_tf.training.sgd import make_sgd


def steps(number, *, momentum=0.0, weight_decay=0.0, name="kernel"):
    """The weight 1.0 after steps with gradient 1.0 and learning rate 0.1."""
    variable = keras.Variable([1.0], name=name)
    optimizer = make_sgd(0.1, momentum=momentum, weight_decay=weight_decay)
    optimizer.build([variable])
    for _ in range(number):
        optimizer.apply([keras.ops.ones(1)], [variable])
    return float(variable.numpy()[0])


@pytest.mark.parametrize(("momentum", "expected"), [(0.0, 0.8), (0.5, 1 - 0.1 - 0.15)])
def test_momentum_takes_a_share_of_the_former_step_again(momentum, expected):
    assert steps(2, momentum=momentum) == pytest.approx(expected)


@pytest.mark.parametrize(("name", "expected"), [("kernel", 0.9 - 0.1 * 0.5), ("gamma", 0.9)])
def test_biases_and_normalizations_do_not_decay(name, expected):
    assert steps(1, weight_decay=0.5, name=name) == pytest.approx(expected)


def test_float16_scales_the_loss():
    optimizer = make_sgd(0.1, momentum=0.9, weight_decay=0.0, precision="mixed_float16")
    assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    assert np.isclose(optimizer.inner_optimizer.momentum, 0.9)
