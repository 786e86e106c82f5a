"""Photos of one size side by side, as one picture."""

import numpy as np

WHITE = 255


def photo_grid(photos: np.ndarray, *, columns: int) -> np.ndarray:
    """Lays photos out in rows, from the upper left; places left over are white.

    Args:
      photos: [n, height, width, 3] uint8.
      columns: photos in a row.

    Returns:
      [ceil(n / columns) * height, columns * width, 3] uint8.

    Example:

    >>> photo_grid(np.zeros((5, 8, 10, 3), np.uint8), columns=3).shape
    (16, 30, 3)
    """
    count, height, width, channels = photos.shape
    rows = -(-count // columns)
    grid = np.full((rows * columns, height, width, channels), WHITE, np.uint8)
    grid[:count] = photos
    grid = grid.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def framed(photos: np.ndarray, colors: np.ndarray, *, width: int = 3) -> np.ndarray:
    """Draws a frame over the rim of each photo.

    Args:
      photos: [n, height, width, 3] uint8.
      colors: [n, 3] uint8, one of each frame.
      width: of the frames in pixels.
    """
    framed = np.broadcast_to(colors[:, None, None, :], photos.shape).copy()
    inside = np.s_[:, width:-width, width:-width]
    framed[inside] = photos[inside]
    return framed
