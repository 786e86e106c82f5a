"""Attention over channels by a convolution along them."""

import math

import keras
from keras import ops


class EfficientChannelAttention(keras.layers.Layer):
    """Weighs each channel by a sigmoid of the means of its neighbours and its own.

    Args:
      kernel_size: how many neighbouring channels are looked at, odd.
      name: of the layer.

    Call arguments:
      features: [batch, height, width, channels].

    References:
      Wang et al., 2020, "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural
      Networks", arXiv:1910.03151.
    """

    def __init__(self, kernel_size: int, *, name: str) -> None:
        super().__init__(name=name)
        self._kernel_size = kernel_size

    def build(self, input_shape) -> None:
        """Creates the kernel."""
        self.kernel = self.add_weight(name="kernel", shape=(self._kernel_size, 1, 1))

    def call(self, features):
        """Returns the features times their weights, [batch, height, width, channels]."""
        means = ops.mean(features, axis=(1, 2))[:, :, None]  # [batch, channels, 1]
        weights = ops.sigmoid(ops.conv(means, self.kernel, padding="same"))
        return features * weights[:, None, None, :, 0]

    def compute_output_shape(self, input_shape):
        """Returns the shape of the features; Keras would trace `call` to find out."""
        return input_shape


def attention_width(channels: int) -> int:
    """How many channels are looked at: `(log2(channels) + 1) / 2` cut to a whole, odd, at least 3.

    Args:
      channels: of the features.

    Example:

    >>> [attention_width(channels) for channels in (16, 256, 1536)]
    [3, 5, 5]
    """
    width = int((math.log2(channels) + 1) / 2)
    return max(width if width % 2 else width + 1, 3)
