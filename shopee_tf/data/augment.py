"""Changes to training photos that leave the product what it is, repeatable to the last bit."""

from typing import NamedTuple

import tensorflow as tf

_GRAY = (0.299, 0.587, 0.114)  # ITU-R BT.601 luma
_NUM_DRAWS = 12


class AugmentStrength(NamedTuple):
    """How far `augment_image` goes.

    Attributes:
      min_area: smallest part of the photo that a crop keeps.
      max_stretch: largest change of the aspect ratio, as a factor.
      flip: probability of mirroring left and right.
      brightness: largest shift, as a share of 255.
      contrast: largest relative change.
      saturation: largest relative change.
      erase: probability of graying out a rectangle.
      max_erased: largest side of that rectangle, as a share of the photo's.
    """

    min_area: float = 0.6
    max_stretch: float = 1.2
    flip: float = 0.5
    brightness: float = 0.1
    contrast: float = 0.2
    saturation: float = 0.3
    erase: float = 0.25
    max_erased: float = 0.4


def augmentation_seed(seed: int, epoch: int, row: tf.Tensor) -> tf.Tensor:
    """Returns the seed of one photo in one epoch: [2] int64.

    Args:
      seed: of the run.
      epoch: from 0.
      row: scalar integer, the photo's row in the catalogue.
    """
    return tf.stack([tf.constant(seed * 1_000_003 + epoch, tf.int64), tf.cast(row, tf.int64)])


def augment_image(
    image: tf.Tensor, *, seed: tf.Tensor, strength: AugmentStrength | None = None
) -> tf.Tensor:
    """Crops, stretches, mirrors, recolours and partly covers a photo.

    One stateless draw feeds all of it, and crop, stretch and mirroring are one resampling, so that
    it costs about as much as the decoding. The same seed gives the same photo at any parallelism.

    Args:
      image: [height, width, 3] float32, 0 to 255.
      seed: [2] integers, as `augmentation_seed` gives.
      strength: how far to go; the defaults where not given.

    Returns:
      [height, width, 3] float32, 0 to 255.
    """
    strength = strength or AugmentStrength()
    draws = tf.unstack(tf.random.stateless_uniform([_NUM_DRAWS], seed))
    image = _crop(image, draws[:5], strength)
    image = _recolour(image, draws[5:8], strength)
    image = _erase(image, draws[8:], strength)
    return tf.clip_by_value(image, 0.0, 255.0)


def _crop(image: tf.Tensor, draws: list[tf.Tensor], strength: AugmentStrength) -> tf.Tensor:
    area = strength.min_area + (1 - strength.min_area) * draws[0]
    stretch = tf.pow(strength.max_stretch, 2 * draws[1] - 1)
    height = tf.minimum(tf.sqrt(area * stretch), 1.0)
    width = tf.minimum(tf.sqrt(area / stretch), 1.0)
    top, left = draws[2] * (1 - height), draws[3] * (1 - width)
    right = left + width
    mirrored = draws[4] < strength.flip
    # A box whose left edge is right of its right edge comes out mirrored.
    box = tf.stack(
        [top, tf.where(mirrored, right, left), top + height, tf.where(mirrored, left, right)]
    )
    size = tf.shape(image)[:2]
    cropped = tf.image.crop_and_resize(image[tf.newaxis], box[tf.newaxis], [0], size)[0]
    return tf.ensure_shape(cropped, image.shape)


def _recolour(image: tf.Tensor, draws: list[tf.Tensor], strength: AugmentStrength) -> tf.Tensor:
    shift, contrast, saturation = (2 * draw - 1 for draw in draws)
    gray = tf.reduce_sum(image * tf.constant(_GRAY), axis=-1, keepdims=True)
    image = gray + (image - gray) * (1 + strength.saturation * saturation)
    mean = tf.reduce_mean(gray)
    image = mean + (image - mean) * (1 + strength.contrast * contrast)
    return image + 255 * strength.brightness * shift


def _erase(image: tf.Tensor, draws: list[tf.Tensor], strength: AugmentStrength) -> tf.Tensor:
    """Grays out a square at a drawn place, the share `erase` of the times."""
    hit = draws[0] < strength.erase
    half = strength.max_erased * draws[1] / 2
    shape = tf.shape(image)
    down = tf.abs(tf.linspace(0.0, 1.0, shape[0]) - draws[2]) < half
    across = tf.abs(tf.linspace(0.0, 1.0, shape[1]) - draws[3]) < half
    covered = tf.logical_and(down[:, tf.newaxis], across[tf.newaxis, :])
    return tf.where(tf.logical_and(hit, covered)[..., tf.newaxis], 127.5, image)


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
