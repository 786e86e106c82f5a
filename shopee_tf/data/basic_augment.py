"""One mild change of everything: crop, stretch, mirroring, colours, a covered square."""

import functools
import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

_NUM_DRAWS = 12
_ALIGNMENT = 64  # bytes


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
    image: tf.Tensor,
    *,
    seed: tf.Tensor,
    strength: AugmentStrength | None = None,
    image_size: int | None = None,
) -> tf.Tensor:
    """Crops, stretches, mirrors, recolours and partly covers a photo.

    Crop, stretch, mirroring and the way to `image_size` are one resampling, by compiled loops: the
    whole takes less time than `tf.image.resize`. The same seed gives the same photo at any
    parallelism.

    Args:
      image: [height, width, 3] uint8 or float32, 0 to 255.
      seed: [2] integers, as `augment.augmentation_seed` gives.
      strength: how far to go; the defaults where not given.
      image_size: side of the result in pixels; that of the photo where not given.

    Returns:
      [image_size, image_size, 3] float32, 0 to 255.
    """
    draws = tf.random.stateless_uniform([_NUM_DRAWS], seed)
    change = functools.partial(_augmented, strength or AugmentStrength(), image_size)
    photo = tf.numpy_function(change, [image, draws], tf.float32, stateful=False)
    sides = image.shape[:2] if image_size is None else (image_size, image_size)
    return tf.ensure_shape(photo, [*sides, 3])


def kept_share(seed: tf.Tensor, strength: AugmentStrength) -> tf.Tensor:
    """The smaller of the shares of height and width that `augment_image` keeps, [] float32."""
    draws = tf.random.stateless_uniform([_NUM_DRAWS], seed)
    area = strength.min_area + (1 - strength.min_area) * draws[0]
    return tf.sqrt(area * strength.max_stretch ** -tf.abs(2 * draws[1] - 1))


def _augmented(
    strength: AugmentStrength, image_size: int | None, image: np.ndarray, draws: np.ndarray
) -> np.ndarray:
    from shopee_tf.data.photo_loops import cut_out

    draws = draws.tolist()
    height, width = image.shape[:2] if image_size is None else (image_size, image_size)
    photo = _aligned((height, width, 3))
    edges = [share * side for share, side in zip(_part(draws[:5], strength), 2 * image.shape[:2])]
    shift, contrast, saturation = (2 * draw - 1 for draw in draws[5:8])
    cut_out(
        image, photo, tuple(edges), 1 + strength.saturation * saturation,
        1 + strength.contrast * contrast, 255 * strength.brightness * shift,
    )  # fmt: skip
    if draws[8] < strength.erase:
        half = strength.max_erased * draws[9] / 2
        photo[_covered(draws[10], half, height), _covered(draws[11], half, width)] = 127.5
    return photo


def _aligned(shape: tuple[int, ...]) -> np.ndarray:
    """An empty float32 array where TensorFlow takes it as it lies; others it copies."""
    room = np.empty(4 * math.prod(shape) + _ALIGNMENT, np.uint8)
    first = -room.ctypes.data % _ALIGNMENT
    return room[first : first + 4 * math.prod(shape)].view(np.float32).reshape(shape)


def _part(draws: list[float], strength: AugmentStrength) -> tuple[float, float, float, float]:
    """Where a crop begins and ends: top, left, bottom, right, as shares of the photo's sides.

    With the left edge right of the right one it comes out mirrored.
    """
    area = strength.min_area + (1 - strength.min_area) * draws[0]
    stretch = strength.max_stretch ** (2 * draws[1] - 1)
    height, width = min(math.sqrt(area * stretch), 1.0), min(math.sqrt(area / stretch), 1.0)
    top, left = draws[2] * (1 - height), draws[3] * (1 - width)
    right = left + width
    if draws[4] < strength.flip:
        left, right = right, left
    return top, left, top + height, right


def _covered(middle: float, half: float, size: int) -> slice:
    """The pixels nearer to `middle` than `half`, both as shares of the side."""
    first = math.floor((middle - half) * (size - 1)) + 1
    return slice(max(first, 0), max(math.ceil((middle + half) * (size - 1)), 0))
