"""The 64-bit perceptual hash of a photo, as the catalogue of the competition has it."""

import logging
import os
from collections.abc import Callable

from PIL import Image

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.image_files import BadImage, naming, read_image
from shopee_tf.data.images import open_image
from tfrecords.errors import DataError
from tfrecords.ledger import Skip, describe
from tfrecords.wording import counted


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

    A photo that cannot be read leaves its hash empty, and a warning tells how many there are.

    Args:
      catalog: with the column image.
      images: folder of the photos.
      progress: called with (done, total).

    Raises:
      DataError: no listing has a hash, and not one photo could be read.
    """
    if catalog.images is None:
        return catalog
    known = catalog.image_phashes
    hashes = ["" for _ in catalog.images] if known is None else list(known)
    missing = [row for row, known in enumerate(hashes) if not known]
    skipped = []
    for done, row in enumerate(missing, start=1):
        try:
            hashes[row] = _hash_of(images, catalog.images[row])
        except BadImage as error:
            skipped.append(Skip(row, catalog.posting_ids[row], error.reason, error.detail))
        if progress:
            progress(done, len(missing))
    if skipped:
        what = f"{len(skipped):,} of {counted(len(missing), 'photo')} in {images} cannot be hashed"
        what += f": {describe(skipped, limit=5)}"
        if not any(hashes):
            raise DataError(f"{what}; give the folder that holds the photos, as --images=FOLDER")
        logging.warning("%s; those listings have no phash", what)
    return catalog.with_column("image_phash", hashes) if missing else catalog


def _hash_of(images, name):
    data = read_image(images, name)
    with naming(name):
        return image_phash(open_image(data))
