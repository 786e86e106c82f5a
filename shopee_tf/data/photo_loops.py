"""The loops over the pixels of a photo that is changed, compiled."""

import numpy as np

from shopee_tf.compilation import compiled

_RED, _GREEN, _BLUE = np.float32([0.299, 0.587, 0.114])  # ITU-R BT.601


@compiled
def cut_out(image, photo, edges, saturation, contrast, shift):
    """Brings a part of a photo to another size, bilinearly, and changes its colours.

    Pixels are squares with a middle, as for `tf.image.resize`. Every step from one to the next is
    made on what lies in the cache: a photo at a time would be read and written six times.

    Args:
      image: [rows, columns, 3] uint8 or float32.
      photo: [height, width, 3] float32, filled with the result, in 0..255.
      edges: top, left, bottom and right of the part, in pixels and fractions of them, as floats.
        With the left one beyond the right one it comes out mirrored.
      saturation: 1 leaves the colours, 0 takes them away, more makes them stronger.
      contrast: factor of the distance from the mean brightness of the part.
      shift: is added.
    """
    rows, columns, width = image.shape[0], image.shape[1], photo.shape[1]
    lines = image.reshape(rows, columns * 3)
    above, below, down = _neighbors(edges[0], edges[2], photo.shape[0], rows)
    before, after, across = _neighbors(edges[1], edges[3], width, columns)
    luma = _mean_luma(
        lines, _weights(above, below, down, rows), _weights(before, after, across, columns)
    )
    colors = _colors(saturation, contrast, (1 - contrast) * luma + shift)
    first, last = 3 * int(before.min()), 3 * int(after.max()) + 3
    line = np.empty((columns, 3), np.float32)
    values = line.reshape(columns * 3)[first:last]
    for y in range(photo.shape[0]):
        _blend(lines[above[y], first:last], lines[below[y], first:last], down[y], values)
        _fill(photo[y], line, before, after, across, colors)


@compiled
def _blend(upper, lower, share, values):
    """Fills `values` with what lies between two lines."""
    for i in range(len(values)):
        value = np.float32(upper[i])
        values[i] = value + (np.float32(lower[i]) - value) * share


@compiled
def _fill(new, line, before, after, across, colors):
    """Fills a line of the new photo from one of the old."""
    own, gray, moved = colors
    black, white = np.float32(0), np.float32(255)
    for x in range(len(new)):
        i, j, share = before[x], after[x], across[x]
        r = line[i, 0] + (line[j, 0] - line[i, 0]) * share
        g = line[i, 1] + (line[j, 1] - line[i, 1]) * share
        b = line[i, 2] + (line[j, 2] - line[i, 2]) * share
        same = gray * (_RED * r + _GREEN * g + _BLUE * b) + moved
        new[x, 0] = min(max(own * r + same, black), white)
        new[x, 1] = min(max(own * g + same, black), white)
        new[x, 2] = min(max(own * b + same, black), white)


@compiled
def _colors(saturation, contrast, moved):
    """What a channel counts, what the brightness counts, and what is added."""
    own, gray = contrast * saturation, contrast * (1 - saturation)
    return np.float32(own), np.float32(gray), np.float32(moved)


@compiled
def _neighbors(start, end, size, length):
    """The two pixels that each new one lies between, and the share of the second."""
    # Without a sign, so that no loop asks whether a place is counted from the end.
    low, high = np.empty(size, np.uintp), np.empty(size, np.uintp)
    share = np.empty(size, np.float32)
    for place in range(size):
        middle = start + (place + 0.5) * (end - start) / size - 0.5
        middle = min(max(middle, 0.0), length - 1.0)
        first = int(middle)
        low[place], high[place] = first, min(first + 1, length - 1)
        share[place] = middle - first
    return low, high, share


@compiled
def _weights(low, high, share, length):
    """How much each of `length` pixels counts in the mean of the new ones."""
    weights = np.zeros(length, np.float32)
    for place in range(len(share)):
        weights[low[place]] += (1 - share[place]) / len(share)
        weights[high[place]] += share[place] / len(share)
    return weights


@compiled
def _mean_luma(lines, of_rows, of_columns):
    """The mean brightness of the new photo, from the old one."""
    line = np.zeros(lines.shape[1], np.float32)
    for row in range(len(of_rows)):
        weight = of_rows[row]
        if weight > 0:
            old = lines[row]
            for i in range(len(line)):
                line[i] += weight * np.float32(old[i])
    total = 0.0
    for x in range(len(of_columns)):
        luma = _RED * line[3 * x] + _GREEN * line[3 * x + 1] + _BLUE * line[3 * x + 2]
        total += of_columns[x] * luma
    return total
