"""Which way up a JPEG is to be held, read from its EXIF block by TensorFlow operations alone."""

import tensorflow as tf

_LONGEST_HEADER = 1 << 18  # bytes searched: a colour profile may stand before the block
_START = (0xFF, 0xE1, None, None, *b"Exif\0\0")  # the marker, two bytes of length, the name
_TAG = 0x0112
_SHORT = 3  # the type of its value: two bytes
_MOST_TAGS = 512


def exif_orientation(jpeg: tf.Tensor) -> tf.Tensor:
    """Returns the orientation that a JPEG's EXIF block states.

    Never fails: a block that is damaged or absent leaves the photo as it is. Within a scan every
    byte 0xFF is followed by 0, so that what looks like the block's beginning is one.

    Args:
      jpeg: [] string.

    Returns:
      [] int32, 1 to 8 as EXIF counts them; 1 is upright.

    References:
      Exif 2.32, CIPA DC-008-2019, sections 4.5.4, 4.6.2 and 4.6.4 A.
    """
    header = tf.io.decode_raw(tf.strings.substr(jpeg, 0, _LONGEST_HEADER), tf.uint8)
    starts = tf.where(_begins_here(header))[:, 0]
    return tf.cond(tf.size(starts) > 0, lambda: _read(header, starts[0]), lambda: tf.constant(1))


def orient(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turns an image upright.

    Args:
      image: [height, width, channels].
      orientation: [] int32, 1 to 8.

    Returns:
      The image, whose height and width are swapped from orientation 5 on.
    """
    transposed = tf.transpose(image, [1, 0, 2])
    turned = [
        image, image[:, ::-1], image[::-1, ::-1], image[::-1],
        transposed, transposed[:, ::-1], transposed[::-1, ::-1], transposed[::-1],
    ]  # fmt: skip
    return tf.switch_case(orientation - 1, [lambda kept=image: kept for image in turned])


def _begins_here(header):
    """[n] bool: whether the block begins at a byte."""
    count = tf.maximum(tf.size(header) - len(_START) + 1, 0)
    found = tf.ones([count], bool)
    for offset, byte in enumerate(_START):
        if byte is not None:
            found &= header[offset : offset + count] == byte
    return found


def _read(header, start):
    """The tag of the first image directory of the block that begins at `start`."""
    header = header[: start + 2 + _number(header, start + 2, 2, True)]  # its length is big-endian
    tiff = start + len(_START)
    big = _bytes(header, tiff, 1)[0] == ord("M")
    directory = tiff + _number(header, tiff + 4, 4, big)
    count = tf.minimum(_number(header, directory, 2, big), _MOST_TAGS)
    entries = directory + 2 + 12 * tf.range(count)
    is_whole = entries + 12 <= tf.size(header, tf.int64)
    is_tag = _number(header, entries, 2, big) == _TAG
    is_short = _number(header, entries + 2, 2, big) == _SHORT
    is_one = _number(header, entries + 4, 4, big) == 1
    here = tf.where(is_whole & is_tag & is_short & is_one)[:, 0]
    value = tf.reduce_sum(_number(header, tf.gather(entries, here[:1]) + 8, 2, big))
    return tf.where((value >= 1) & (value <= 8), tf.cast(value, tf.int32), 1)


def _number(header, position, width, big):
    """The unsigned number of `width` bytes at each position."""
    found = _bytes(header, position, width)
    found = tf.where(big, found, found[..., ::-1])
    return tf.reduce_sum(found * [256**power for power in reversed(range(width))], axis=-1)


def _bytes(header, position, width):
    """[..., width]: the bytes from each position on, 0 where there are none."""
    places = position[..., None] + tf.range(width, dtype=tf.int64)
    inside = (places >= 0) & (places < tf.size(header, tf.int64))
    found = tf.cast(tf.gather(header, tf.where(inside, places, 0)), tf.int64)
    return tf.where(inside, found, 0)
