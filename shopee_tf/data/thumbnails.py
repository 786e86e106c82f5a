"""Small pictures of a catalogue's photos, for looking at."""

import io

from shopee_tf.data.image_files import BadImage, read_image
from shopee_tf.data.images import open_image

_QUALITY = 75


def small_photo(images: str | None, name: str, *, side: int) -> bytes | None:
    """Reads a photo through the checks of make_tfrecords, and makes it small.

    Args:
      images: folder of the photos; None for none.
      name: of the file, as the catalogue has it.
      side: pixels that the longer side has at most.

    Returns:
      The bytes of a JPEG; None where there is no such photo, or none that can be read.
    """
    if images is None:
        return None
    try:
        photo = open_image(read_image(images, name))
    except BadImage:
        return None
    photo.thumbnail((side, side))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
