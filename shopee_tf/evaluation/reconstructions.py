"""What an autoencoder makes of photos, as a picture."""

import os

import numpy as np
from PIL import Image

from tfrecords import files

_COLUMNS = 8
_GAP = 2  # pixels of white between photos


def draw_reconstructions(
    photos: np.ndarray, reconstructions: np.ndarray, path: str | os.PathLike
) -> None:
    """Draws rows of eight photos into a PNG, each row over that of their reconstructions.

    Args:
      photos: [n, size, size, 3] in 0..255.
      reconstructions: [n, size, size, 3] in 0..1.
      path: the file to write.
    """
    rows = []
    for start in range(0, len(photos), _COLUMNS):
        part = slice(start, start + _COLUMNS)
        rows += [_row(photos[part]), _row(255 * reconstructions[part])]
    with files.atomic_write(path) as file:
        Image.fromarray(np.concatenate(rows)).save(file, "PNG", optimize=True)


def _row(photos: np.ndarray) -> np.ndarray:
    """Returns [size + gap, 8 * (size + gap), 3] uint8, white where photos are missing."""
    size = photos.shape[1]
    row = np.full((size + _GAP, _COLUMNS * (size + _GAP), 3), 255, np.uint8)
    for place, photo in enumerate(photos):
        left = place * (size + _GAP)
        row[:size, left : left + size] = np.clip(np.round(photo), 0, 255)
    return row
