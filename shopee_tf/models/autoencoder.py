"""A convolutional autoencoder: photos to a short vector, and back to photos."""

import keras
from keras import ops

from shopee_tf.models.configs import AUTOENCODER_STRIDE
from shopee_tf.models.weights import load_backbone_weights

_FILTERS = (32, 64, 128, 192, 256)


def autoencoder(image_size: int, weights: str) -> keras.Model:
    """The half that encodes, as a backbone: five convolutions of stride 2, 0.8 million parameters.

    Args:
      image_size: side of the photos in pixels.
      weights: a weights file of it, or "none".

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255 -> [batch, s, s, 256], s being
      image_size / 32. Pooled by "flatten" and projected, that is the latent vector.
    """
    pixels = keras.Input((image_size, image_size, 3), name="image")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="pixels")(pixels)
    for number, filters in enumerate(_FILTERS, start=1):
        x = keras.layers.Conv2D(
            filters, 3, strides=2, padding="same", use_bias=False, name=f"block{number}_conv"
        )(x)
        x = _normalized(x, f"block{number}")
    model = keras.Model(pixels, x, name="autoencoder")
    load_backbone_weights(model, weights)
    return model


def build_decoder(latent_dim: int, image_size: int) -> keras.Model:
    """Builds the half that decodes: a dense layer and five transposed convolutions.

    Args:
      latent_dim: size of the latent vectors.
      image_size: side of the photos in pixels, a multiple of `AUTOENCODER_STRIDE`.

    Returns:
      A model of [batch, latent_dim] float32 -> [batch, image_size, image_size, 3] float32 pixels in
      0..1.

    Example:

    >>> build_decoder(16, 64).output_shape
    (None, 64, 64, 3)
    """
    side = image_size // AUTOENCODER_STRIDE
    latent = keras.Input((latent_dim,), name="latent")
    x = keras.layers.Dense(side * side * _FILTERS[-1], name="unfold")(latent)
    x = keras.layers.Reshape((side, side, _FILTERS[-1]), name="map")(x)
    for number, filters in enumerate((*_FILTERS[-2::-1], _FILTERS[0] // 2), start=1):
        # A kernel of 4 covers each pixel as often as any other: 3 leaves a checkerboard.
        x = keras.layers.Conv2DTranspose(
            filters, 4, strides=2, padding="same", use_bias=False, name=f"up{number}_conv"
        )(x)
        x = _normalized(x, f"up{number}")
    pixels = keras.layers.Conv2D(
        3, 3, padding="same", activation="sigmoid", dtype="float32", name="pixels"
    )(x)
    return keras.Model(latent, pixels, name="decoder")


class SquaredError(keras.layers.Layer):
    """How far a reconstruction is from its photo: the mean over pixels and colours, in float32.

    Call arguments:
      inputs: (photos [batch, size, size, 3] in 0..255, reconstructions of them in 0..1).
    """

    def __init__(self, *, name: str = "squared_error") -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, inputs):
        """Returns [batch] float32, in 0..1."""
        photos, reconstructions = inputs
        return ops.mean(ops.square(photos / 255.0 - reconstructions), axis=(1, 2, 3))


def build_autoencoder(encoder_model: keras.Model) -> keras.Model:
    """Puts a decoder behind an encoder, whose weights the model shares.

    Args:
      encoder_model: the `model` of an image encoder; the side of its photos is a multiple of
        `AUTOENCODER_STRIDE`.

    Returns:
      A model of (photos as the encoder takes them, labels [batch] int32, which change nothing) ->
      [batch] float32, the squared error of each photo. Its layer "decoder" is the decoder.

    References:
      Masci et al., 2011, "Stacked Convolutional Auto-Encoders for Hierarchical Feature
      Extraction", ICANN.
    """
    size = encoder_model.input_shape[1]
    photos = keras.Input((size, size, 3), name="image")
    labels = keras.Input((), dtype="int32", name="label")
    latent = encoder_model(photos)
    reconstructions = build_decoder(latent.shape[-1], size)(latent)
    error = SquaredError()((photos, reconstructions))
    return keras.Model((photos, labels), error, name="autoencoder_training")


def _normalized(x, name: str):
    # Statistics of the last ten steps or so: runs of this network are short.
    x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
    return keras.layers.Activation("relu", name=f"{name}_relu")(x)
