"""RandAugment: a few operations drawn at random from fourteen, all of them equally strong."""

import functools

import tensorflow as tf

from shopee_tf.data.photo_changes import color_matrix, mean_luma, recolored

_FILL = 128.0  # of pixels that come from outside the photo
_HIGHEST = 10.0  # magnitude, in the paper's scale


def rand_augment(
    image: tf.Tensor, *, seed: tf.Tensor, num_ops: int = 2, magnitude: float = 9.0
) -> tf.Tensor:
    """Applies `num_ops` operations, each drawn from `OPERATIONS`, one after the other.

    The ranges at magnitude 10 are about those of the authors' code: 30 degrees, a shear of 0.3, a
    shift of 0.45 of the side, a factor of 1.9 for colours, brightness, contrast and sharpness, 4
    bits posterized, and all pixels solarized. But every operation grows with the magnitude, as
    their posterizing and solarizing do not; factors go either way, to 0.1 too; and shears leave the
    middle where it is.

    Args:
      image: [height, width, 3] float32, 0 to 255.
      seed: [2] integers.
      num_ops: operations a photo: N of the paper, 1 to 3.
      magnitude: how far each goes, 0 to 10: M of the paper, 5 to 10 or so.

    Returns:
      Like `image`.

    References:
      Cubuk et al., 2020, "RandAugment: Practical automated data augmentation with a reduced search
      space", arXiv:1909.13719.
    """
    draws = tf.unstack(tf.random.stateless_uniform([2 * num_ops], seed))
    for which, side in zip(draws[::2], draws[1::2]):
        index = tf.cast(which * len(OPERATIONS), tf.int32)
        level = magnitude / _HIGHEST * tf.where(side < 0.5, -1.0, 1.0)
        image = tf.ensure_shape(_operated(image, index, level), image.shape)
    return image


@tf.function  # so that fourteen operations are traced once, not in every pipeline of every epoch
def _operated(image, index, level):
    branches = [functools.partial(change, image, level) for change in OPERATIONS]
    return tf.clip_by_value(tf.switch_case(index, branches), 0.0, 255.0)


def identity(image, level):
    """Leaves the photo."""
    del level
    return tf.identity(image)


def auto_contrast(image, level):
    """Stretches each channel so that its darkest value is 0 and its lightest 255."""
    del level
    low = tf.reduce_min(image, axis=(0, 1))
    high = tf.reduce_max(image, axis=(0, 1))
    return tf.where(high > low, (image - low) * (255 / tf.maximum(high - low, 1e-3)), image)


def equalize(image, level):
    """Gives each channel about as many pixels of each value, as PIL's `ImageOps.equalize`."""
    del level
    values = tf.cast(tf.round(image), tf.int32) + 256 * tf.range(3)
    counts = tf.reshape(tf.math.bincount(values, minlength=768, maxlength=768), (3, 256))
    lightest = 255 - tf.argmax(counts[:, ::-1] > 0, axis=-1, output_type=tf.int32)
    of_lightest = tf.gather(counts, lightest, axis=1, batch_dims=1)
    step = ((tf.reduce_sum(counts, axis=-1) - of_lightest) // 255)[:, tf.newaxis]
    below = tf.cumsum(counts, axis=-1, exclusive=True)
    table = tf.minimum((below + step // 2) // tf.maximum(step, 1), 255)
    table = tf.where(step > 0, table, tf.range(256))
    return tf.gather(tf.cast(tf.reshape(table, [-1]), tf.float32), values)


def rotate(image, level):
    """Turns the photo about its middle, 30 degrees at most."""
    angle = level * (3.14159265 / 6)
    cos, sin = tf.cos(angle), tf.sin(angle)
    return _moved(image, [[cos, -sin], [sin, cos]])


def solarize(image, level):
    """Inverts the values above a threshold, which falls from 256 to 0."""
    inverted = tf.cast(image >= 256 * (1 - tf.abs(level)), tf.float32)
    return tf.abs(image - 255 * inverted)


def posterize(image, level):
    """Takes away up to 4 of the 8 bits of each value."""
    step = tf.pow(2.0, tf.round(4 * tf.abs(level)))
    return tf.floor(image / step) * step


def color(image, level):
    """Strengthens or weakens the colours."""
    return recolored(image, color_matrix(saturation=1 + 0.9 * level))


def contrast(image, level):
    """Moves all values away from the mean brightness, or toward it."""
    return image * (1 + 0.9 * level) - 0.9 * level * mean_luma(image)


def brightness(image, level):
    """Makes all values larger or smaller by a factor."""
    return image * (1 + 0.9 * level)


def sharpness(image, level):
    """Adds or takes what a blur would take, except at the border, as PIL's `ImageEnhance`."""
    means = tf.nn.avg_pool2d(image[tf.newaxis], 3, 1, "VALID")[0]
    inner = image[1:-1, 1:-1]
    blurred = (9 * means + 4 * inner) / 13  # the middle of the kernel weighs 5, the others 1
    return image + 0.9 * level * tf.pad(inner - blurred, [[1, 1], [1, 1], [0, 0]])


def shear_x(image, level):
    """Shifts rows the more, the further they are from the middle."""
    return _moved(image, [[1.0, 0.3 * level], [0.0, 1.0]])


def shear_y(image, level):
    """Shifts columns the more, the further they are from the middle."""
    return _moved(image, [[1.0, 0.0], [0.3 * level, 1.0]])


def translate_x(image, level):
    """Shifts the photo across, by 0.45 of its width at most."""
    width = tf.cast(tf.shape(image)[1], tf.float32)
    return _moved(image, [[1.0, 0.0], [0.0, 1.0]], shift=(0.45 * level * width, 0.0))


def translate_y(image, level):
    """Shifts the photo down or up, by 0.45 of its height at most."""
    height = tf.cast(tf.shape(image)[0], tf.float32)
    return _moved(image, [[1.0, 0.0], [0.0, 1.0]], shift=(0.0, 0.45 * level * height))


OPERATIONS = (
    identity, auto_contrast, equalize, rotate, solarize, posterize, color, contrast, brightness,
    sharpness, shear_x, shear_y, translate_x, translate_y,
)  # fmt: skip


def _moved(image, matrix, shift=(0.0, 0.0)):
    """Takes each pixel at (x, y) from matrix @ (x, y) + shift, both measured from the middle."""
    (a, b), (c, d) = matrix
    height, width = tf.unstack(tf.cast(tf.shape(image)[:2], tf.float32))
    x, y = (width - 1) / 2, (height - 1) / 2
    transform = [a, b, x - a * x - b * y + shift[0], c, d, y - c * x - d * y + shift[1], 0.0, 0.0]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=image[tf.newaxis],
        transforms=tf.stack([tf.cast(value, tf.float32) for value in transform])[tf.newaxis],
        output_shape=tf.shape(image)[:2],
        fill_value=_FILL,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )[0]
