"""What an autoencoder makes of photos, as a picture."""

import os

import numpy as np
from PIL import Image, ImageDraw

from tfrecords import files

_COLUMNS = 8
_GAP = 2  # pixels of white between photos
_MARGIN = 80  # pixels of white to the left, for the names of the rows
_NAMES = ("photos", "reconstructions")
_HALF_LINE = 6  # pixels, of Pillow's own font


def draw_reconstructions(
    photos: np.ndarray, reconstructions: np.ndarray, path: str | os.PathLike
) -> None:
    """Draws rows of eight photos into a PNG, each row over that of their reconstructions.

    What a row shows is written to the left of it.

    Args:
      photos: [n, size, size, 3] in 0..255.
      reconstructions: [n, size, size, 3] in 0..1.
      path: the file to write.
    """
    rows = []
    for start in range(0, len(photos), _COLUMNS):
        part = slice(start, start + _COLUMNS)
        rows += [_row(photos[part]), _row(255 * reconstructions[part])]
    picture = Image.fromarray(np.concatenate(rows))
    pen = ImageDraw.Draw(picture)
    for number, row in enumerate(rows):
        middle = number * len(row) + photos.shape[1] // 2
        pen.text((_GAP, middle - _HALF_LINE), _NAMES[number % 2], fill="black")
    with files.atomic_write(path) as file:
        picture.save(file, "PNG", optimize=True)


def _row(photos: np.ndarray) -> np.ndarray:
    """Returns [size + gap, margin + 8 * (size + gap), 3] uint8, white where there is no photo."""
    size = photos.shape[1]
    row = np.full((size + _GAP, _MARGIN + _COLUMNS * (size + _GAP), 3), 255, np.uint8)
    for place, photo in enumerate(photos):
        left = _MARGIN + place * (size + _GAP)
        row[:size, left : left + size] = np.clip(np.round(photo), 0, 255)
    return row
