"""Convolutions in groups of channels, without the detour of Keras on TensorFlow."""

import functools

import keras
from keras import ops


class GroupedConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` of several groups by the kernels of TensorFlow, where that runs."""

    def convolution_op(self, inputs, kernel):
        """Convolves; called by `call` of the base class."""
        return convolve(inputs, kernel, strides=self.strides[0], padding=self.padding)


def convolve(inputs, kernel, *, strides: int, padding: str):
    """Convolves in as many groups as the channels of the inputs hold those of the kernel.

    Keras on TensorFlow has XLA compile each convolution of groups. On a CPU that is slow: forward
    and backward over [4, 14, 14, 512] in 32 groups took 2.1 s of a core, and take 0.007 s by
    TensorFlow's own kernels. Their gradient needs a GPU or oneDNN, which TensorFlow uses on CPUs
    with AVX-512 VNNI and with TF_ENABLE_ONEDNN_OPTS=1. Elsewhere each group is a convolution of its
    own: on such a CPU as fast forward, and with a gradient.

    Args:
      inputs: [batch, height, width, channels].
      kernel: [height, width, channels of a group, outputs].
      strides: in both directions.
      padding: "same" or "valid".

    Returns:
      [batch, height, width, outputs].
    """
    if keras.backend.backend() == "tensorflow" and inputs.shape[-1] != kernel.shape[-2]:
        return _by_tensorflow(inputs, kernel, strides, padding.upper())
    return ops.conv(inputs, kernel, strides=strides, padding=padding)


def _by_tensorflow(inputs, kernel, strides, padding):
    import tensorflow as tf

    if _has_gradient():
        return tf.nn.conv2d(inputs, kernel, strides, padding)
    groups = inputs.shape[-1] // kernel.shape[-2]
    parts = zip(tf.split(inputs, groups, axis=-1), tf.split(kernel, groups, axis=-1))
    return tf.concat([tf.nn.conv2d(x, k, strides, padding) for x, k in parts], axis=-1)


@functools.cache
def _has_gradient() -> bool:
    """Whether TensorFlow's kernel of groups has a gradient on this machine: it is tried."""
    import tensorflow as tf

    with tf.init_scope():
        ones = tf.ones([1, 1, 1, 2])
        try:
            tf.raw_ops.Conv2DBackpropInput(
                input_sizes=[1, 1, 1, 2], filter=ones, out_backprop=ones, strides=[1, 1, 1, 1],
                padding="VALID",
            )  # fmt: skip
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
            return False
    return True
