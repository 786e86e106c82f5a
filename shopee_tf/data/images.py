"""Photos made one: whatever a file truly is becomes an upright RGB JPEG of bounded size."""

import io
from typing import NamedTuple

from PIL import Image

from shopee_tf.data.image_decoding import DecodedPhoto, decode_photo
from shopee_tf.data.image_files import DEFAULT_LIMITS, BadImage, ImageLimits, read_image

__all__ = [
    "BadImage", "ImageLimits", "NormalizedImage",
    "decode_image", "decode_pixels", "encode_image", "normalize_image", "open_image", "read_image",
]  # fmt: skip

JPEG_QUALITY = 90
_LONGEST_JPEG_SIDE = 65_500


class NormalizedImage(NamedTuple):
    """A photo ready for a shard.

    Attributes:
      jpeg: its bytes.
      height: in pixels.
      width: in pixels.
      notes: as in `DecodedPhoto`.
    """

    jpeg: bytes
    height: int
    width: int
    notes: tuple[str, ...]


def normalize_image(
    data: bytes,
    *,
    image_size: int = 512,
    jpeg_quality: int = JPEG_QUALITY,
    limits: ImageLimits = DEFAULT_LIMITS,
    recover_truncated: bool = False,
) -> NormalizedImage:
    """Re-encodes a photo of any format as an upright RGB JPEG.

    Args:
      data: the bytes of the file.
      image_size: the shorter side is brought down to it, in pixels; a photo is never enlarged.
      jpeg_quality: 1 to 95.
      limits: what is refused.
      recover_truncated: as in `decode_photo`.

    Raises:
      BadImage: as `decode_photo`.
    """
    photo = decode_photo(data, limits=limits, recover_truncated=recover_truncated)
    return encode_image(photo, image_size=image_size, jpeg_quality=jpeg_quality)


def open_image(data: bytes, *, limits: ImageLimits = DEFAULT_LIMITS) -> Image.Image:
    """Decodes a photo of any format to an upright RGB image.

    Raises:
      BadImage: as `decode_photo`.
    """
    return decode_photo(data, limits=limits).image


def encode_image(
    photo: DecodedPhoto, *, image_size: int, jpeg_quality: int = JPEG_QUALITY
) -> NormalizedImage:
    """Resizes a decoded photo and encodes it: the second half of `normalize_image`.

    Raises:
      BadImage: too_large, where the longer side is more than a JPEG can have.
    """
    image = photo.image
    scale = image_size / min(image.size)
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in image.size)
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if max(image.size) > _LONGEST_JPEG_SIDE:
        raise BadImage("too_large", f"{image.width} x {image.height} pixels: too long for a JPEG")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=jpeg_quality)
    return NormalizedImage(buffer.getvalue(), image.height, image.width, photo.notes)


def decode_image(jpeg, *, image_size: int):
    """Decodes a JPEG of ours to a square; works inside `tf.data`.

    A photo at least twice as large is decoded smaller by `decode_pixels`, then resized bilinearly.

    Args:
      jpeg: [] string.
      image_size: side in pixels.

    Returns:
      [image_size, image_size, 3] float32 in 0..255.
    """
    import tensorflow as tf

    return tf.image.resize(decode_pixels(jpeg, at_least=image_size), [image_size, image_size])


def decode_pixels(jpeg, *, at_least: int):
    """Decodes a JPEG of ours at 1, 1/2, 1/4 or 1/8 of its size; works inside `tf.data`.

    A smaller cosine transform makes it smaller: faster, and truer than skipping pixels.

    Args:
      jpeg: [] string.
      at_least: pixels that the shorter side keeps, where it has so many; a number, or a tensor.

    Returns:
      [height, width, 3] uint8.
    """
    import tensorflow as tf

    def decode_at(ratio):
        return lambda: tf.io.decode_jpeg(
            jpeg, channels=3, ratio=ratio, dct_method="INTEGER_ACCURATE"
        )

    shorter = tf.reduce_min(tf.io.extract_jpeg_shape(jpeg)[:2])
    branch = tf.reduce_sum(tf.cast(shorter // at_least >= [2, 4, 8], tf.int32))
    image = tf.switch_case(branch, [decode_at(ratio) for ratio in (1, 2, 4, 8)])
    return tf.ensure_shape(image, [None, None, 3])
