"""Convolutions that need no normalization after them."""

import math

import keras
from keras import ops

from shopee_tf.models.grouped_convolution import convolve

_EPSILON = 1e-5  # added to the variance of a kernel


class ScaledStdConv2D(keras.layers.Layer):
    """Convolution with scaled weight standardization.

    The kernel of each output has its mean taken away, is divided by its deviation, and multiplied
    by `gain * gamma / sqrt(fan_in)`: what comes in with variance 1 goes out with about variance
    `(gain * gamma)^2`. The kernel is standardised in float32 under every precision policy.

    Args:
      filters: outputs.
      kernel_size: side of the kernel.
      strides: of the convolution.
      groups: in how many groups of channels it works.
      padding: "same" or "valid".
      gamma: what the nonlinearity before it takes away of the deviation, given back.
      first_gain: where the learnt gain of each output begins.
      name: of the layer.

    Call arguments:
      inputs: [batch, height, width, channels].

    References:
      Brock, De and Smith, 2021, "Characterizing signal propagation to close the performance gap in
      unnormalized ResNets", arXiv:2101.08692; `ScaledStdConv2d` of timm.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        strides: int,
        groups: int,
        padding: str,
        gamma: float,
        first_gain: float = 1.0,
        name: str,
    ) -> None:
        super().__init__(name=name)
        self._filters = filters
        self._kernel_size = kernel_size
        self._strides = strides
        self._groups = groups
        self._padding = padding
        self._gamma = gamma
        self._first_gain = first_gain

    def build(self, input_shape) -> None:
        """Creates the kernel, the gains and the biases."""
        inputs = input_shape[-1] // self._groups
        self._fan_in = inputs * self._kernel_size**2
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self._kernel_size, self._kernel_size, inputs, self._filters),
            initializer=keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal"),
            autocast=False,
        )
        self.gain = self.add_weight(
            name="gain",
            shape=(1, 1, 1, self._filters),
            initializer=keras.initializers.Constant(self._first_gain),
            autocast=False,
        )
        self.bias = self.add_weight(name="bias", shape=(self._filters,), initializer="zeros")

    def call(self, inputs):
        """Returns [batch, height, width, filters]."""
        kernel = ops.cast(self._standardized(), self.compute_dtype)
        outputs = convolve(inputs, kernel, strides=self._strides, padding=self._padding)
        return outputs + self.bias

    def compute_output_shape(self, input_shape):
        """Returns [batch, height, width, filters]; Keras would trace `call` to find out."""
        if self._padding == "same":
            sizes = [-(-size // self._strides) for size in input_shape[1:3]]
        else:
            sizes = [(size - self._kernel_size) // self._strides + 1 for size in input_shape[1:3]]
        return (input_shape[0], *sizes, self._filters)

    def _standardized(self):
        mean, variance = ops.moments(self.kernel, axes=(0, 1, 2), keepdims=True)
        scale = self._gamma / math.sqrt(self._fan_in)
        return (self.kernel - mean) * ops.rsqrt(variance + _EPSILON) * self.gain * scale
