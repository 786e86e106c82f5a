"""The 64-bit perceptual hash of a photo, as the catalogue of the competition has it."""

import os
from collections.abc import Callable

from PIL import Image

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.image_files import BadImage, read_image
from shopee_tf.data.images import open_image


def image_phash(image: Image.Image) -> str:
    """Computes `imagehash.phash` (Zauner 2010, by discrete cosine transform): 16 hex digits."""
    import imagehash

    return str(imagehash.phash(image))


def with_phashes(
    catalog: Catalog,
    images: str | os.PathLike,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Catalog:
    """Fills the column image_phash for listings that have a photo and no hash.

    A photo that cannot be read leaves its hash empty.

    Args:
      catalog: with the column image.
      images: folder of the photos.
      progress: called with (done, total).
    """
    if catalog.images is None:
        return catalog
    known = catalog.image_phashes
    hashes = ["" for _ in catalog.images] if known is None else list(known)
    missing = [row for row, known in enumerate(hashes) if not known]
    for done, row in enumerate(missing, start=1):
        hashes[row] = _hash_of(images, catalog.images[row])
        if progress:
            progress(done, len(missing))
    return catalog.with_column("image_phash", hashes) if missing else catalog


def _hash_of(images, name):
    try:
        return image_phash(open_image(read_image(images, name)))
    except BadImage:
        return ""
