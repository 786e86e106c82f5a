"""Single changes to a training photo: cropped, mirrored, without colour; each drawn by a seed."""

import tensorflow as tf

from shopee_tf.data.basic_augment import AugmentStrength, augment_image

CROP = AugmentStrength(
    min_area=0.08, max_stretch=4 / 3, flip=0, brightness=0, contrast=0, saturation=0, erase=0
)
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def random_resized_crop(
    image: tf.Tensor,
    *,
    seed: tf.Tensor,
    strength: AugmentStrength = CROP,
    image_size: int | None = None,
) -> tf.Tensor:
    """Cuts out a part of another size and shape, and brings it to the size of the whole.

    Args:
      image: [height, width, 3] uint8 or float32.
      seed: [2] integers.
      strength: how small a part, of what shape.
      image_size: side of the result in pixels; that of the photo where not given.

    Returns:
      [image_size, image_size, 3] float32.

    References:
      Szegedy et al., 2015, "Going Deeper with Convolutions", arXiv:1409.4842, for the ranges.
    """
    return augment_image(image, seed=seed, strength=strength, image_size=image_size)


def random_flip(image: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Mirrors left and right, every other time.

    Args:
      image: [height, width, 3].
      seed: [2] integers.
    """
    return tf.cond(_half_the_times(seed), lambda: tf.reverse(image, [1]), lambda: image)


def random_vertical_flip(image: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Turns upside down, every other time; arguments as of `random_flip`."""
    return tf.cond(_half_the_times(seed), lambda: tf.reverse(image, [0]), lambda: image)


def random_gray(image: tf.Tensor, *, seed: tf.Tensor) -> tf.Tensor:
    """Takes the colours away, every other time; arguments as of `random_flip`."""

    weights = color_matrix(saturation=0.0)
    return tf.cond(_half_the_times(seed), lambda: recolored(image, weights), lambda: image)


def color_matrix(*, saturation: tf.Tensor | float) -> tf.Tensor:
    """Returns what moves colours away from gray of the same luma, or toward it: [3, 3] float32.

    Args:
      saturation: 1 leaves the colours, 0 takes them away, more makes them stronger.
    """
    gray = tf.tile(tf.constant(_LUMA)[:, tf.newaxis], [1, 3])
    return saturation * tf.eye(3) + (1 - saturation) * gray


def recolored(image: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Returns each pixel times a matrix; twice as fast as adding up channels one by one.

    Args:
      image: [height, width, 3] float32.
      matrix: [3, 3] float32.
    """
    return tf.ensure_shape(tf.tensordot(image, matrix, 1), image.shape)


def mean_luma(image: tf.Tensor) -> tf.Tensor:
    """Returns how bright a photo is on the whole, a float32 scalar."""
    return tf.tensordot(tf.reduce_mean(image, axis=(0, 1)), tf.constant(_LUMA), 1)


def _half_the_times(seed: tf.Tensor) -> tf.Tensor:
    return tf.random.stateless_uniform([], seed) < 0.5
