"""The photos of a catalogue in batches, straight from their files."""

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from shopee_tf.data.images import BadImage, decode_image, normalize_image, read_image


def catalog_photos(
    folder: str,
    names: Sequence[str],
    rows: np.ndarray,
    *,
    image_size: int,
    stored_size: int,
    batch_size: int,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Reads photos as make_tfrecords would, and decodes them as from its records.

    A few threads read ahead, as the decoders release the lock. Photos that cannot be read are left
    out; how many is logged at the end.

    Args:
      folder: of the photos.
      names: [n] of their files, by row of the catalogue.
      rows: [m] rows wanted.
      image_size: side of the photos in pixels.
      stored_size: shorter side in pixels to which they are brought first.
      batch_size: rows looked at for a batch.

    Yields:
      Photos [b, image_size, image_size, 3] float32 in 0..255, and their rows [b].
    """
    failures: list[str] = []

    def load(row):
        return _load(folder, names[row], image_size, stored_size)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(rows), batch_size):
            part = rows[start : start + batch_size]
            loaded = list(pool.map(load, part))
            failures += [found for found in loaded if isinstance(found, str)]
            good = [not isinstance(found, str) for found in loaded]
            if any(good):
                yield np.stack([x for x, kept in zip(loaded, good) if kept]), part[good]
    if failures:
        logging.warning(
            "%d of %d photos could not be read and have no embedding: %s",
            len(failures), len(rows), "; ".join(failures[:5]),
        )  # fmt: skip


def _load(folder: str, name: str, size: int, stored_size: int) -> np.ndarray | str:
    """Returns [size, size, 3] float32, or the reason why there is no photo."""
    try:
        jpeg = normalize_image(read_image(folder, name), image_size=stored_size).jpeg
    except BadImage as error:
        return f"{name} ({error.reason})"
    return decode_image(jpeg, image_size=size).numpy()
