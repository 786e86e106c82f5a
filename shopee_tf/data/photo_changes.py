"""Single changes to a training photo: cropped, mirrored, without colour; each drawn by a seed."""

from collections.abc import Sequence

import tensorflow as tf

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def random_resized_crop(
    image: tf.Tensor, *, seed: tf.Tensor, min_area: float = 0.08, max_stretch: float = 4 / 3
) -> tf.Tensor:
    """Cuts out a part of another size and shape, and brings it to the size of the whole.

    Args:
      image: [height, width, 3] float32.
      seed: [2] integers.
      min_area: smallest part of the photo that is kept.
      max_stretch: largest change of the aspect ratio, as a factor.

    Returns:
      Like `image`.

    References:
      Szegedy et al., 2015, "Going Deeper with Convolutions", arXiv:1409.4842, for the ranges.
    """
    draws = tf.unstack(tf.random.stateless_uniform([5], seed))
    return crop_and_mirror(image, draws, min_area=min_area, max_stretch=max_stretch, flip=0.0)


def crop_and_mirror(
    image: tf.Tensor,
    draws: Sequence[tf.Tensor],
    *,
    min_area: float,
    max_stretch: float,
    flip: float,
) -> tf.Tensor:
    """Crops, stretches and mirrors in one resampling.

    Args:
      image: [height, width, 3] float32.
      draws: five scalars in 0..1: of area, stretch, place down and across, and mirroring.
      min_area: smallest part of the photo that is kept.
      max_stretch: largest change of the aspect ratio, as a factor.
      flip: probability of mirroring left and right.

    Returns:
      Like `image`.
    """
    area = min_area + (1 - min_area) * draws[0]
    stretch = tf.pow(max_stretch, 2 * draws[1] - 1)
    height = tf.minimum(tf.sqrt(area * stretch), 1.0)
    width = tf.minimum(tf.sqrt(area / stretch), 1.0)
    top, left = draws[2] * (1 - height), draws[3] * (1 - width)
    right = left + width
    mirrored = draws[4] < flip
    # A box whose left edge is right of its right edge comes out mirrored.
    box = tf.stack(
        [top, tf.where(mirrored, right, left), top + height, tf.where(mirrored, left, right)]
    )
    size = tf.shape(image)[:2]
    cropped = tf.image.crop_and_resize(image[tf.newaxis], box[tf.newaxis], [0], size)[0]
    return tf.ensure_shape(cropped, image.shape)


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
