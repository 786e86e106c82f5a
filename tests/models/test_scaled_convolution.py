import keras
import numpy as np
import pytest

from shopee_tf.models.scaled_convolution import ScaledStdConv2D

RNG = np.random.default_rng(0)


def made(**options):
    options = {"strides": 1, "groups": 1, "padding": "same", "gamma": 1.0} | options
    return ScaledStdConv2D(4, options.pop("kernel_size", 1), name="conv", **options)


def standardized(kernel, gain, gamma):
    """[height, width, inputs, outputs], each output by itself, in float64."""
    mean, variance = kernel.mean((0, 1, 2)), kernel.var((0, 1, 2))
    scale = gamma * gain / np.sqrt(np.prod(kernel.shape[:3]))
    return (kernel - mean) / np.sqrt(variance + 1e-5) * scale


@pytest.mark.parametrize("gamma", [1.0, 1.7])
def test_the_kernel_is_standardized_for_each_output(gamma):
    conv = made(gamma=gamma)
    x = RNG.normal(size=(2, 3, 3, 6)).astype("float32")
    conv(x)
    kernel, gain, bias = RNG.normal(size=(1, 1, 6, 4)), np.array([0.5, 1, 2, -1]), np.arange(4)
    conv.set_weights([kernel, gain.reshape(1, 1, 1, 4), bias])
    expected = x @ standardized(kernel, gain, gamma)[0, 0] + bias
    np.testing.assert_allclose(conv(x), expected, atol=1e-5)


def test_groups_see_their_own_channels():
    conv = made(groups=2)
    x = RNG.normal(size=(1, 2, 2, 6)).astype("float32")
    conv(x)
    kernel = RNG.normal(size=(1, 1, 3, 4))
    conv.set_weights([kernel, np.ones((1, 1, 1, 4)), np.zeros(4)])
    weights = standardized(kernel, np.ones(4), 1.0)[0, 0]
    expected = np.concatenate([x[..., :3] @ weights[:, :2], x[..., 3:] @ weights[:, 2:]], axis=-1)
    np.testing.assert_allclose(conv(x), expected, atol=1e-5)


def test_variance_is_kept():
    conv = made(kernel_size=3, padding="valid")
    x = RNG.normal(size=(8, 16, 16, 64)).astype("float32")
    assert np.array(conv(x)).std() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("first_gain", [0.0, 1.0])
def test_the_gain_begins_where_it_is_told(first_gain):
    conv = made(first_gain=first_gain)
    conv.build((None, 4, 4, 6))
    np.testing.assert_array_equal(conv.gain, np.full((1, 1, 1, 4), first_gain))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("size", [7, 8])
def test_the_shape_is_known_beforehand(padding, strides, size):
    conv = made(kernel_size=3, padding=padding, strides=strides)
    x = np.zeros((1, size, size, 6), "float32")
    assert conv.compute_output_shape(x.shape) == conv(x).shape


def test_the_kernel_is_standardized_in_float32(policy):
    policy("mixed_float16")
    conv = made()
    x = keras.ops.ones((1, 2, 2, 6), "float16")
    assert conv(x).dtype == "float16"
    conv.kernel.assign(conv.kernel * 1e-6)  # its variance would be 0 in float16
    conv.gain.assign(conv.gain * 1e3)
    assert np.abs(np.array(conv(x))).max() > 0
