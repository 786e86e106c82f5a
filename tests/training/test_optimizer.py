import keras
import numpy as np
import pytest

from shopee_tf.training.optimizer import HeadAdamW, make_optimizer


def variables(**values):
    found = []
    for path, value in values.items():
        with keras.name_scope(path):
            found.append(keras.Variable(np.array([value], np.float32), name="kernel"))
    return found


def adamw(weight, gradients, *, rate, decay, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Loshchilov and Hutter's AdamW as Keras orders it: decay first, then Adam."""
    m = v = 0.0
    for t, gradient in enumerate(gradients, start=1):
        weight = weight - decay * weight * decay_rate(rate)
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        step = own_rate(rate) * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        weight = weight - step * m / (np.sqrt(v) + epsilon)
    return weight


def own_rate(rate):
    return rate[0]


def decay_rate(rate):
    return rate[1]


def test_the_head_learns_faster_and_decays_alike():
    encoder, head = variables(encoder=[1.0, -2.0], arc_margin=[1.0, -2.0])
    optimizer = HeadAdamW(0.01, head_lr_multiplier=10.0, weight_decay=0.1)
    gradients = [np.array([[0.5, 1.0]]), np.array([[-1.0, 2.0]])]
    for gradient in gradients:
        values = [keras.ops.convert_to_tensor(gradient.astype(np.float32))] * 2
        optimizer.apply(values, [encoder, head])
    start = np.array([[1.0, -2.0]])
    expected = adamw(start, gradients, rate=(0.01, 0.01), decay=0.1)
    np.testing.assert_allclose(encoder.numpy(), expected, rtol=1e-5)
    expected = adamw(start, gradients, rate=(0.1, 0.01), decay=0.1)
    np.testing.assert_allclose(head.numpy(), expected, rtol=1e-5)


# The attention of BERT has biases of two dimensions; a SavedModel calls a bias "v6_l0_q_b".
@pytest.mark.parametrize(
    ("name", "shape"), [("bias", (2, 2)), ("gamma", (2,)), ("beta", (2,)), ("v6_l0_q_b", (2,))]
)
def test_biases_and_normalization_do_not_decay(name, shape):
    variable = keras.Variable(np.ones(shape, np.float32), name=name)
    optimizer = HeadAdamW(0.1, weight_decay=0.5)
    optimizer.apply([keras.ops.zeros(shape)], [variable])
    np.testing.assert_array_equal(variable.numpy(), 1.0)


def test_a_multiplier_without_a_head_is_refused():
    optimizer = HeadAdamW(0.1, head_lr_multiplier=10.0)
    with pytest.raises(ValueError, match="arc_margin"):
        optimizer.build(variables(encoder=[1.0]))


def test_survives_its_config():
    optimizer = HeadAdamW(0.1, head_lr_multiplier=7.0, weight_decay=0.2)
    copy = HeadAdamW.from_config(optimizer.get_config())
    assert (copy.head_lr_multiplier, copy.weight_decay) == (7.0, 0.2)
    assert float(copy.learning_rate) == pytest.approx(0.1)


def test_float16_scales_the_loss():
    made = make_optimizer(0.1, head_lr_multiplier=1, weight_decay=0, precision="mixed_float16")
    assert isinstance(made, keras.optimizers.LossScaleOptimizer)


def test_lower_layers_learn_more_slowly():
    found = variables(embeddings=[1.0], layer_0=[1.0], layer_1=[1.0], arc_margin=[1.0])
    optimizer = HeadAdamW(0.01, head_lr_multiplier=10.0, layer_lr_decay=0.5)
    optimizer.apply([keras.ops.ones((1, 1))] * 4, found)
    moved = [1.0 - float(variable.numpy()[0, 0]) for variable in found]
    np.testing.assert_allclose(moved, 0.01 * np.array([0.125, 0.25, 0.5, 10.0]), rtol=1e-4)


def test_layers_decay_at_their_own_rates():
    found = variables(embeddings=[1.0], layer_0=[1.0], layer_1=[1.0], arc_margin=[1.0])
    optimizer = HeadAdamW(0.01, head_lr_multiplier=10.0, layer_lr_decay=0.5, weight_decay=0.2)
    optimizer.apply([keras.ops.zeros((1, 1))] * 4, found)
    taken = [1.0 - float(variable.numpy()[0, 0]) for variable in found]
    np.testing.assert_allclose(taken, 0.002 * np.array([0.125, 0.25, 0.5, 1.0]), rtol=1e-4)
