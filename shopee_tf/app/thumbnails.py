"""Small pictures of the catalogue's photos."""

import functools

from shopee_tf.data.image_files import BadImage, read_image
from shopee_tf.data.images import normalize_image

SIDE = 240  # pixels of the shorter side: twice what is shown, for screens of high density


@functools.lru_cache(maxsize=2048)
def thumbnail(images: str | None, name: str) -> bytes | None:
    """Reads a photo as make_tfrecords would, and makes it small.

    Args:
      images: folder of the photos; None for none.
      name: of the file, as the catalogue has it.

    Returns:
      The bytes of a JPEG; None where there is no such photo, or none that can be read.
    """
    if images is None:
        return None
    try:
        return normalize_image(read_image(images, name), image_size=SIDE).jpeg
    except BadImage:
        return None
