"""Zeros around a map of features, where PyTorch puts them."""

import keras


def pad_evenly(x, kernel_size: int, strides: int, *, name: str) -> tuple[keras.KerasTensor, str]:
    """Pads as a convolution of PyTorch with padding `kernel_size // 2` does.

    "same" padding is even too while the stride is 1. With a stride of 2 it depends on the size of
    the map, and puts one zero more behind than before where that is even: every output moves by a
    pixel.

    Args:
      x: [batch, height, width, channels].
      kernel_size: of the convolution, odd.
      strides: of the convolution.
      name: of the convolution.

    Returns:
      (the map, padded or not; the padding argument of the convolution).
    """
    if strides == 1 or kernel_size == 1:
        return x, "same"
    return keras.layers.ZeroPadding2D(kernel_size // 2, name=f"{name}.pad")(x), "valid"
