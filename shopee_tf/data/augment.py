"""Changes to training photos that leave the product what it is, in the order asked for."""

import functools
from collections.abc import Callable

import tensorflow as tf

from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.basic_augment import augment_image
from shopee_tf.data.photo_changes import (
    random_flip,
    random_gray,
    random_resized_crop,
    random_vertical_flip,
)
from shopee_tf.data.rand_augment import rand_augment


def augment_photo(
    image: tf.Tensor,
    config: AugmentConfig,
    *,
    seed: int,
    epoch: int,
    row: tf.Tensor,
    image_size: int | None = None,
) -> tf.Tensor:
    """Applies every augmentation of `config` that is for single photos.

    Args:
      image: [height, width, 3] float32, 0 to 255.
      config: which, and how far.
      seed: of the run.
      epoch: from 0.
      row: scalar integer, the photo's row in the catalogue; the same (seed, epoch, row) gives the
        same photo at any parallelism.
      image_size: side of the result in pixels, where it is not that of the photo; only where
        "basic" or "crop" comes first, which may then be given uint8 too.

    Returns:
      [height, width, 3] float32, 0 to 255.
    """
    for place, name in enumerate(config.names):
        if name != "keras_cv":
            change = _change(name, config, image_size)
            image = change(image, seed=augmentation_seed(seed, epoch, row, place=place))
    return image


def _change(name: str, config: AugmentConfig, image_size: int | None) -> Callable:
    """(image, seed=) -> image."""
    if name == "rand_augment":
        return functools.partial(
            rand_augment,
            num_ops=config.rand_augment_ops,
            magnitude=config.rand_augment_magnitude,
        )
    return {
        "basic": functools.partial(augment_image, image_size=image_size),
        "crop": functools.partial(random_resized_crop, image_size=image_size),
        "flip": random_flip,
        "vertical_flip": random_vertical_flip,
        "gray": random_gray,
    }[name]


def augmentation_seed(seed: int, epoch: int, row: tf.Tensor, *, place: int = 0) -> tf.Tensor:
    """Returns the seed of one change of one photo in one epoch: [2] int64.

    Args:
      seed: of the run.
      epoch: from 0.
      row: scalar integer, the photo's row in the catalogue.
      place: of the change among several of a photo, from 0.
    """
    photo = tf.cast(row, tf.int64) + (place << 32)  # rows are below 2^31
    return tf.stack([tf.constant(seed * 1_000_003 + epoch, tf.int64), photo])


def keras_cv_augmenter(image_size: int):
    """Returns keras-cv's RandAugment and GridMask as a function on batches of photos.

    They do not repeat with a seed, so a run that uses them cannot be resumed exactly.

    Args:
      image_size: side of the photos in pixels.

    Returns:
      [batch, image_size, image_size, 3] float32 in 0 to 255 -> the same.

    Raises:
      UsageError: keras-cv is not installed.
    """
    try:
        import keras_cv
    except ImportError:
        from tfrecords.errors import UsageError

        raise UsageError("--augment=keras_cv: pip install keras-cv") from None
    layers = [
        keras_cv.layers.RandAugment(value_range=(0, 255), augmentations_per_image=2, magnitude=0.3),
        keras_cv.layers.GridMask(ratio_factor=(0, 0.3), fill_mode="constant", fill_value=127.0),
    ]

    def augment(images: tf.Tensor) -> tf.Tensor:
        for layer in layers:
            images = layer(images, training=True)
        return tf.ensure_shape(images, [None, image_size, image_size, 3])

    return augment
