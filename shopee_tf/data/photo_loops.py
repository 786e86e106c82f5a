"""The loops over the pixels of a photo that is changed, compiled."""

import numpy as np

from shopee_tf.compilation import compiled


@compiled
def cut_out(image, top, left, bottom, right, height, width):
    """Brings a part of a photo to another size, bilinearly; pixels are squares with a middle.

    Args:
      image: [rows, columns, 3], of any kind of number.
      top, left, bottom, right: edges of the part, in pixels and fractions of them. With `left`
        beyond `right` it comes out mirrored.
      height: rows of the result.
      width: columns of the result.

    Returns:
      [height, width, 3] float32.
    """
    rows, columns = image.shape[0], image.shape[1]
    lines = image.reshape(rows, columns * 3)
    above, below, down = _neighbors(top, bottom, height, rows)
    before, after, across = _neighbors(left, right, width, columns)
    first, last = 3 * before.min(), 3 * after.max() + 3
    line = np.empty(columns * 3, np.float32)
    photo = np.empty((height, width, 3), np.float32)
    for y in range(height):
        upper, lower, share = lines[above[y]], lines[below[y]], down[y]
        for i in range(first, last):
            value = np.float32(upper[i])
            line[i] = value + (np.float32(lower[i]) - value) * share
        for x in range(width):
            i, j, share = 3 * before[x], 3 * after[x], across[x]
            photo[y, x, 0] = line[i] + (line[j] - line[i]) * share
            photo[y, x, 1] = line[i + 1] + (line[j + 1] - line[i + 1]) * share
            photo[y, x, 2] = line[i + 2] + (line[j + 2] - line[i + 2]) * share
    return photo


@compiled
def _neighbors(start, end, size, length):
    """The two pixels that each new one lies between, and the share of the second."""
    low, high = np.empty(size, np.int64), np.empty(size, np.int64)
    share = np.empty(size, np.float32)
    for place in range(size):
        middle = start + (place + 0.5) * (end - start) / size - 0.5
        middle = min(max(middle, 0.0), length - 1.0)
        low[place] = int(middle)
        high[place] = min(low[place] + 1, length - 1)
        share[place] = middle - low[place]
    return low, high, share


@compiled
def recolor(photo, saturation, contrast, shift):
    """Changes the colours of a photo where it lies, and keeps them in 0..255.

    Args:
      photo: [height, width, 3] float32.
      saturation: 1 leaves the colours, 0 takes them away, more makes them stronger.
      contrast: factor of the distance from the photo's mean brightness.
      shift: is added.
    """
    height, width = photo.shape[0], photo.shape[1]
    red, green, blue = np.float32(0.299), np.float32(0.587), np.float32(0.114)  # ITU-R BT.601
    total = 0.0
    for y in range(height):
        of_line = np.float32(0)
        for x in range(width):
            of_line += red * photo[y, x, 0] + green * photo[y, x, 1] + blue * photo[y, x, 2]
        total += of_line
    moved = np.float32((1 - contrast) * total / (height * width) + shift)
    own, gray = np.float32(contrast * saturation), np.float32(contrast * (1 - saturation))
    black, white = np.float32(0), np.float32(255)
    for y in range(height):
        for x in range(width):
            r, g, b = photo[y, x, 0], photo[y, x, 1], photo[y, x, 2]
            same = gray * (red * r + green * g + blue * b) + moved
            photo[y, x, 0] = min(max(own * r + same, black), white)
            photo[y, x, 1] = min(max(own * g + same, black), white)
            photo[y, x, 2] = min(max(own * b + same, black), white)
