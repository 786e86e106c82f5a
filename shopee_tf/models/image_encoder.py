"""The image encoder: raw pixels to an embedding."""

from typing import NamedTuple

import keras

from shopee_tf.models.backbones import BACKBONES
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.models.freezing import freeze
from shopee_tf.models.pooling import GeneralizedMean

__all__ = ["ImageEncoder", "ImageEncoderConfig", "build_image_encoder"]


class ImageEncoder(NamedTuple):
    """An encoder of photos.

    Attributes:
      model: [batch, image_size, image_size, 3] pixels in 0..255 -> [batch, dim] float32, not
        normalised.
      config: what it is made of.
    """

    model: keras.Model
    config: ImageEncoderConfig


def build_image_encoder(config: ImageEncoderConfig) -> ImageEncoder:
    """Builds an image encoder.

    Args:
      config: what it is made of.

    Raises:
      UsageError: the weights file cannot be read, or is of another network.
      ResourceError: the weights cannot be downloaded.

    Example:

    >>> config = ImageEncoderConfig("tiny", image_size=64, embedding_dim=32, weights="none")
    >>> build_image_encoder(config).model.output_shape
    (None, 32)
    """
    backbone = BACKBONES[config.backbone](config.image_size, config.weights)
    freeze(backbone, config.backbone, config.unfreeze)
    pixels = keras.Input((config.image_size, config.image_size, 3), name="image")
    x = _pooling(config.pooling)(backbone(pixels))
    if config.dropout:
        x = keras.layers.Dropout(config.dropout, name="dropout")(x)
    if config.embedding_dim:
        x = keras.layers.Dense(config.embedding_dim, name="projection")(x)
    embedding = keras.layers.Activation("linear", dtype="float32", name="embedding")(x)
    return ImageEncoder(keras.Model(pixels, embedding, name="image_encoder"), config)


def _pooling(name: str) -> keras.layers.Layer:
    return {
        "avg": keras.layers.GlobalAveragePooling2D,
        "max": keras.layers.GlobalMaxPooling2D,
        "gem": GeneralizedMean,
    }[name](name="pooling")
