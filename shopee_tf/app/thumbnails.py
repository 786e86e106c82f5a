"""Small pictures of the catalogue's photos, made once for all visitors."""

import functools

from shopee_tf.data.thumbnails import small_photo

SIDE = 480  # pixels of the longer side: half as many again as are shown


@functools.lru_cache(maxsize=2048)
def thumbnail(images: str | None, name: str) -> bytes | None:
    """Makes a photo small; see `small_photo`."""
    return small_photo(images, name, side=SIDE)
