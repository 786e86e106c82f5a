"""One mild change of everything: crop, stretch, mirroring, colours, a covered square."""

from typing import NamedTuple

import tensorflow as tf

from shopee_tf.data.photo_changes import color_matrix, crop_and_mirror, mean_luma, recolored

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


def augment_image(
    image: tf.Tensor, *, seed: tf.Tensor, strength: AugmentStrength | None = None
) -> tf.Tensor:
    """Crops, stretches, mirrors, recolours and partly covers a photo.

    One stateless draw feeds all of it, and crop, stretch and mirroring are one resampling, so that
    it costs about as much as the decoding. The same seed gives the same photo at any parallelism.

    Args:
      image: [height, width, 3] float32, 0 to 255.
      seed: [2] integers, as `augment.augmentation_seed` gives.
      strength: how far to go; the defaults where not given.

    Returns:
      [height, width, 3] float32, 0 to 255.
    """
    strength = strength or AugmentStrength()
    draws = tf.unstack(tf.random.stateless_uniform([_NUM_DRAWS], seed))
    image = crop_and_mirror(
        image, draws[:5], min_area=strength.min_area, max_stretch=strength.max_stretch,
        flip=strength.flip,
    )  # fmt: skip
    image = _recolour(image, draws[5:8], strength)
    return _erase(tf.clip_by_value(image, 0.0, 255.0), draws[8:], strength)


def _recolour(image: tf.Tensor, draws: list[tf.Tensor], strength: AugmentStrength) -> tf.Tensor:
    shift, contrast, saturation = (2 * draw - 1 for draw in draws)
    contrast = 1 + strength.contrast * contrast
    matrix = contrast * color_matrix(saturation=1 + strength.saturation * saturation)
    moved = (1 - contrast) * mean_luma(image) + 255 * strength.brightness * shift
    return recolored(image, matrix) + moved


def _erase(image: tf.Tensor, draws: list[tf.Tensor], strength: AugmentStrength) -> tf.Tensor:
    """Grays out a square at a drawn place, the share `erase` of the times."""
    half = strength.max_erased * draws[1] / 2
    shape = tf.shape(image)

    def erased():
        down = tf.abs(tf.linspace(0.0, 1.0, shape[0]) - draws[2]) < half
        across = tf.abs(tf.linspace(0.0, 1.0, shape[1]) - draws[3]) < half
        covered = tf.logical_and(down[:, tf.newaxis], across[tf.newaxis, :])
        return tf.where(covered[..., tf.newaxis], 127.5, image)

    return tf.cond(draws[0] < strength.erase, erased, lambda: image)
