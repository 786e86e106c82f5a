"""Bytes of photos to pixels inside a graph, as the records and the catalogue give them."""

from typing import NamedTuple

import tensorflow as tf

from shopee_tf.data.image_files import DEFAULT_LIMITS
from shopee_tf.data.images import JPEG_QUALITY, decode_image
from shopee_tf.exporting.exif_orientation import exif_orientation, orient

_PNG = b"\x89PNG\r\n\x1a\n"


class PreparedPhotos(NamedTuple):
    """A batch of photos, the bad ones among them.

    Attributes:
      pixels: [batch, size, size, 3] float32 in 0..255; zeros where not valid.
      valid: [batch] bool.
    """

    pixels: tf.Tensor
    valid: tf.Tensor


def prepare_photos(photos: tf.Tensor, *, image_size: int, stored_size: int) -> PreparedPhotos:
    """Decodes a batch of photos; whatever a photo is, the others are decoded.

    TensorFlow's decoders fail on bad bytes, and a graph cannot catch an error; a tf.data pipeline
    can leave out the elements that fail. So the batch goes through one, with its numbers.

    Args:
      photos: [batch] string, JPEG or PNG.
      image_size: side of the result in pixels.
      stored_size: as in `ImageEncoderConfig`.
    """

    def prepare(number, photo):
        return number, prepare_photo(photo, image_size=image_size, stored_size=stored_size)

    count = tf.size(photos, tf.int64)
    numbered = tf.data.Dataset.from_tensor_slices((tf.range(count), photos))
    acceptable = numbered.filter(lambda number, photo: _is_acceptable(photo))
    good = acceptable.map(prepare, num_parallel_calls=tf.data.AUTOTUNE).ignore_errors()
    # The last element sees to it that there is one, and is cut off again.
    last = tf.data.Dataset.from_tensors((count, tf.zeros([image_size, image_size, 3])))
    numbers, pixels = good.concatenate(last).batch(count + 1).get_single_element()
    places, total = numbers[:, None], count + 1
    valid = tf.scatter_nd(places, tf.ones_like(numbers), [total])[:-1] > 0
    pixels = tf.scatter_nd(places, pixels, [total, image_size, image_size, 3])[:-1]
    return PreparedPhotos(pixels, valid)


def prepare_photo(photo: tf.Tensor, *, image_size: int, stored_size: int) -> tf.Tensor:
    """Decodes one photo: upright, over white, through the JPEG that the records would hold.

    Args:
      photo: [] string, JPEG or PNG.
      image_size: side of the result in pixels.
      stored_size: as in `ImageEncoderConfig`.

    Returns:
      [image_size, image_size, 3] float32 in 0..255.
    """
    image = tf.cond(tf.io.is_jpeg(photo), lambda: _jpeg(photo), lambda: _png(photo))
    jpeg = tf.io.encode_jpeg(_shrink(image, stored_size), quality=JPEG_QUALITY)
    return decode_image(jpeg, image_size=image_size)


def _is_acceptable(photo):
    """Whether a photo is within the library's limits, by its header; fails where it has none."""
    size = tf.cond(
        tf.io.is_jpeg(photo),
        lambda: tf.io.extract_jpeg_shape(photo, output_type=tf.int32)[:2],
        lambda: _png_size(photo),
    )
    pixels = tf.reduce_prod(tf.cast(size, tf.int64))
    return (
        (tf.strings.length(photo) <= DEFAULT_LIMITS.max_bytes)
        & (tf.reduce_min(size) >= DEFAULT_LIMITS.min_side)
        & (pixels <= DEFAULT_LIMITS.max_pixels)
    )


def _png_size(photo):
    """[2] int32: what the header of a PNG says; zeros for anything else of 24 bytes or more."""
    stated = tf.io.decode_raw(tf.strings.substr(photo, 16, 8), tf.int32, little_endian=False)
    return tf.where(tf.strings.substr(photo, 0, 8) == _PNG, tf.ensure_shape(stated, [2]), 0)


def _jpeg(photo):
    image = tf.io.decode_jpeg(photo, channels=3, dct_method="INTEGER_ACCURATE")
    return orient(image, exif_orientation(photo))


def _png(photo):
    """Transparency is laid on white."""
    image = tf.cast(tf.io.decode_png(photo, channels=4), tf.float32)
    alpha = image[..., 3:] / 255.0
    return _as_bytes(image[..., :3] * alpha + 255.0 * (1.0 - alpha))


def _shrink(image, stored_size):
    """Brings the shorter side down to `stored_size`; never enlarges."""
    size = tf.shape(image)[:2]
    scale = stored_size / tf.reduce_min(size)  # float64
    smaller = tf.cast(tf.maximum(tf.round(tf.cast(size, tf.float64) * scale), 1), tf.int32)

    def resize():  # first across, then down, whole numbers in between: as Pillow does it
        across = _lanczos(image, tf.stack([size[0], smaller[1]]))
        return _lanczos(across, smaller)

    return tf.cond(scale < 1, resize, lambda: image)


def _lanczos(image, size):
    return _as_bytes(tf.image.resize(image, size, "lanczos3", antialias=True))


def _as_bytes(image):
    return tf.cast(tf.clip_by_value(tf.round(image), 0.0, 255.0), tf.uint8)
