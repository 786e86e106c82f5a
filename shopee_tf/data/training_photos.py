"""The photo of a record as training takes it: decoded, then changed."""

import tensorflow as tf

from shopee_tf.data.augment import augment_photo, augmentation_seed
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.basic_augment import kept_share
from shopee_tf.data.images import decode_pixels
from shopee_tf.data.photo_changes import CROP
from shopee_tf.data.record_order import decoded_image


def training_photo(
    record: dict[str, tf.Tensor], config: AugmentConfig, *, image_size: int, seed: int, epoch: int
) -> tf.Tensor:
    """Decodes the photo of a record and applies what `config` has for single photos.

    Where "basic" or "crop" comes first, its part is cut from the photo as decoded: one resampling,
    not two. Photos kept in memory are of `image_size` already.

    Args:
      record: row, and image: a JPEG [] string, or pixels [image_size, image_size, 3] uint8.
      config: which changes, and how far.
      image_size: side in pixels.
      seed: of the run.
      epoch: from 0; (seed, epoch, row) decide on the changes.

    Returns:
      [image_size, image_size, 3] float32 in 0..255.
    """
    image, row, size = record["image"], record["row"], image_size
    if config.names[:1] not in (("basic",), ("crop",)):
        image, size = decoded_image(record, image_size), None
    elif image.dtype == tf.string:
        at_least = image_size
        if config.names[0] == "crop":  # enough pixels in its part, which may be a quarter a side
            share = kept_share(augmentation_seed(seed, epoch, row), CROP)
            at_least = tf.cast(tf.math.ceil(image_size / share), tf.int32)
        image = decode_pixels(image, at_least=at_least)
    return augment_photo(image, config, seed=seed, epoch=epoch, row=row, image_size=size)
