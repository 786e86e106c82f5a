"""A small network for a few classes: three convolutions and a dense layer."""

import keras

from shopee_tf.models.weights import load_backbone_weights

_FILTERS = (16, 32, 64)
_DENSE = 128


def cnn(image_size: int, weights: str) -> keras.Model:
    """Three times convolution, ReLU and pooling, then a dense layer with ReLU.

    The dense layer over the flattened map is written as a convolution over all of it at once, which
    is the same, so that the network ends in a map like every backbone. At 96 pixels it has 1.2
    million parameters, nearly all of them there.

    Args:
      image_size: side of the photos in pixels.
      weights: a weights file of it, or "none".

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255 -> [batch, 1, 1, 128].

    Example:

    >>> cnn(32, "none").output_shape
    (None, 1, 1, 128)
    """
    pixels = keras.Input((image_size, image_size, 3), name="image")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="pixels")(pixels)
    for number, filters in enumerate(_FILTERS, start=1):
        block = f"block{number}"
        x = keras.layers.Conv2D(
            filters, 3, padding="same", activation="relu", name=f"{block}_conv"
        )(x)
        x = keras.layers.MaxPooling2D(2, name=f"{block}_pool")(x)
    x = keras.layers.Conv2D(_DENSE, x.shape[1], activation="relu", name="dense")(x)
    model = keras.Model(pixels, x, name="cnn")
    load_backbone_weights(model, weights)
    return model
