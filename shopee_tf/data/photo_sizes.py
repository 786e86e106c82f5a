"""Width and height of photos, from the headers of their files."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from shopee_tf.data.image_decoding import header_size
from shopee_tf.data.image_files import BadImage, read_image

_AT_ONCE = 256


def photo_sizes(
    folder: str | os.PathLike,
    names: Sequence[str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Reads the sizes of photos; none is decoded.

    A few threads read, as waiting for a disk releases the lock.

    Args:
      folder: of the photos.
      names: [n] of their files.
      progress: called with (done, total).

    Returns:
      [n, 2] int64: width and height in pixels as stored; 0 where no photo can be used.
    """

    def size(name):
        try:
            return header_size(read_image(folder, name))
        except BadImage:
            return 0, 0

    found = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(names), _AT_ONCE):
            found += pool.map(size, names[start : start + _AT_ONCE])
            if progress:
                progress(len(found), len(names))
    return np.array(found, np.int64).reshape(-1, 2)
