import keras
import numpy as np
import pytest

from shopee_tf.models import grouped_convolution
from shopee_tf.models.grouped_convolution import GroupedConv2D, convolve
from shopee_tf.models.padding import pad_evenly

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_each_group_is_a_convolution_of_its_own(strides, padding):
    x = RNG.normal(size=(2, 6, 6, 6)).astype("float32")
    options = {"strides": strides, "padding": padding, "use_bias": False}
    grouped = GroupedConv2D(4, 3, groups=2, **options)
    halves = []
    y = np.array(grouped(x))
    for half in range(2):
        conv = keras.layers.Conv2D(2, 3, **options)
        part = x[..., 3 * half : 3 * half + 3]
        conv.build(part.shape)
        conv.kernel.assign(grouped.kernel.numpy()[..., 2 * half : 2 * half + 2])
        halves.append(np.array(conv(part)))
    np.testing.assert_allclose(y, np.concatenate(halves, axis=-1), atol=1e-5)


@pytest.mark.parametrize("has_gradient", [True, False])
def test_both_ways_give_the_same_and_one_has_a_gradient_everywhere(has_gradient, monkeypatch):
    import tensorflow as tf

    x = tf.constant(RNG.normal(size=(2, 5, 5, 6)).astype("float32"))
    kernel = tf.constant(RNG.normal(size=(3, 3, 3, 4)).astype("float32"))
    expected = convolve(x, kernel, strides=2, padding="same")
    monkeypatch.setattr(grouped_convolution, "_has_gradient", lambda: has_gradient)
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        y = convolve(x, kernel, strides=2, padding="same")
    np.testing.assert_allclose(y, expected, atol=1e-5)
    if not has_gradient:
        # Of a sum the gradient of a weight is the sum of what it was multiplied with.
        middle = tape.gradient(y, kernel).numpy()[1, 1, :, 0]
        np.testing.assert_allclose(middle, x.numpy()[:, ::2, ::2, :3].sum((0, 1, 2)), rtol=1e-4)


def test_a_bias_is_added():
    grouped = GroupedConv2D(2, 1, groups=2, bias_initializer="ones", kernel_initializer="zeros")
    np.testing.assert_array_equal(grouped(np.zeros((1, 2, 2, 2), "float32")), np.ones((1, 2, 2, 2)))


@pytest.mark.parametrize("size", [6, 7])
def test_even_padding_puts_as_many_zeros_before_as_behind(size):
    x, padding = pad_evenly(np.ones((1, size, size, 1), "float32"), 3, 2, name="conv")
    assert padding == "valid"
    np.testing.assert_array_equal(np.array(x)[0, :, 1, 0], [0, *[1] * size, 0])


@pytest.mark.parametrize(("kernel_size", "strides"), [(3, 1), (5, 1), (1, 2)])
def test_same_padding_is_even_where_the_stride_is_one(kernel_size, strides):
    x = np.ones((1, 6, 6, 1), "float32")
    padded, padding = pad_evenly(x, kernel_size, strides, name="conv")
    assert padded is x
    assert padding == "same"
