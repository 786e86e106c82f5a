"""Compares the photos that records were made of with those that are there now."""

import hashlib
import os
from collections.abc import Callable, Iterator

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.image_files import BadImage, ImageLimits, read_image
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, UsageError
from tfrecords.manifest import CATALOG, load_manifest


def check_sources(
    folder: str | os.PathLike,
    images: str | os.PathLike,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Compares the sha256 of every photo with the one noted when its record was made.

    Args:
      folder: TFRecord folder.
      images: folder of the photos.
      progress: called with (photos done, photos).

    Returns:
      The number of photos, all of which are as they were.

    Raises:
      UsageError: no such folder of photos.
      IntegrityError: naming the photos that changed or are gone.
      DataError: the folder was built without photos.
    """
    folder, manifest = str(folder), load_manifest(str(folder))
    if not manifest.has_images:
        raise DataError(f"{folder}: built without photos, so there is nothing to compare")
    if not os.path.isdir(images):
        raise UsageError(f"{images}: no such folder of photos")
    limits = ImageLimits(
        max_bytes=manifest.flags["max_bytes"], follow_symlinks=manifest.flags["follow_symlinks"]
    )
    catalog, changed = read_catalog(files.join(folder, CATALOG)), []
    for done, (row, sha256) in enumerate(_noted(folder), start=1):
        now = _sha256(images, catalog, row, limits)
        if now != sha256:
            changed.append(f"row {row} ({catalog.images[row]}){'' if now else ' is gone'}")
        if progress:
            progress(done, manifest.written)
    if changed:
        raise IntegrityError(
            f"{images}: {len(changed)} of {manifest.written} photos are not those of {folder}: "
            f"{', '.join(changed[:20])}; build it again with --overwrite"
        )
    return manifest.written


def _noted(folder: str) -> Iterator[tuple[int, str]]:
    from tfrecords.reader import read_records

    records = read_records(folder, verify=False, fields=("row", "source_sha256"))
    for record in records.as_numpy_iterator():
        yield int(record["row"]), record["source_sha256"].decode()


def _sha256(images, catalog: Catalog, row: int, limits: ImageLimits) -> str:
    try:
        data = read_image(images, catalog.images[row], limits=limits)
    except BadImage:
        return ""
    return hashlib.sha256(data).hexdigest()
