"""The image encoder: raw pixels to an embedding."""

from typing import NamedTuple

import keras

from shopee_tf.models.backbones import build_backbone
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.models.freezing import freeze
from shopee_tf.models.necks import apply_neck
from shopee_tf.models.pooling import GeneralizedMean

__all__ = ["ImageEncoder", "ImageEncoderConfig", "backbone_of", "build_image_encoder"]


class ImageEncoder(NamedTuple):
    """An encoder of photos.

    Attributes:
      model: [batch, image_size, image_size, 3] pixels in 0..255 -> [batch, dim] float32, not
        normalised.
      config: what it is made of.
    """

    model: keras.Model
    config: ImageEncoderConfig


def build_image_encoder(
    config: ImageEncoderConfig, *, backbone: keras.Model | None = None
) -> ImageEncoder:
    """Builds an image encoder.

    Args:
      config: what it is made of.
      backbone: the network, where it is not to be built from its name.

    Raises:
      UsageError: the weights file cannot be read, or is of another network; there is no such
        preset, or no such layer to train from.
      ResourceError: the weights cannot be downloaded.

    Example:

    >>> config = ImageEncoderConfig("tiny", image_size=64, embedding_dim=32, weights="none")
    >>> build_image_encoder(config).model.output_shape
    (None, 32)
    """
    if backbone is None:
        backbone = build_backbone(config.backbone, config.image_size, config.weights)
    freeze(
        backbone, config.backbone, config.unfreeze, train_batch_norm=config.train_batch_norm
    )  # fmt: skip
    pixels = keras.Input((config.image_size, config.image_size, 3), name="image")
    pooled = _pooling(config.pooling)(backbone(pixels))
    embedding = apply_neck(
        pooled, config.neck, embedding_dim=config.embedding_dim, dropout=config.dropout
    )
    return ImageEncoder(keras.Model(pixels, embedding, name="image_encoder"), config)


def backbone_of(model: keras.Model) -> keras.Model:
    """Returns the backbone within the model of an image encoder: what follows its pixels."""
    _, backbone, *_ = model.layers
    return backbone


def _pooling(name: str) -> keras.layers.Layer:
    return {
        "avg": keras.layers.GlobalAveragePooling2D,
        "max": keras.layers.GlobalMaxPooling2D,
        "gem": GeneralizedMean,
        "flatten": keras.layers.Flatten,
    }[name](name="pooling")
