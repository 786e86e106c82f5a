"""The photo of a record as training takes it: decoded, then changed."""

import tensorflow as tf

from shopee_tf.data.augment import augment_photo
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.images import decode_pixels
from shopee_tf.data.record_order import decoded_image


def training_photo(
    record: dict[str, tf.Tensor], config: AugmentConfig, *, image_size: int, seed: int, epoch: int
) -> tf.Tensor:
    """Decodes the photo of a record and applies what `config` has for single photos.

    Where "basic" is the first, its crop is taken from the photo as decoded: one resampling, not
    two.

    Args:
      record: row, and image: a JPEG [] string, or pixels [image_size, image_size, 3] uint8.
      config: which changes, and how far.
      image_size: side in pixels.
      seed: of the run.
      epoch: from 0; (seed, epoch, row) decide on the changes.

    Returns:
      [image_size, image_size, 3] float32 in 0..255.
    """
    image, size = record["image"], None
    if config.names[:1] != ("basic",):
        image = decoded_image(record, image_size)
    else:
        size = image_size
        if image.dtype == tf.string:
            image = decode_pixels(image, at_least=image_size)
    return augment_photo(image, config, seed=seed, epoch=epoch, row=record["row"], image_size=size)
