"""The sizes and shapes of a catalogue's photos."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from shopee_tf.data.photo_sizes import photo_sizes
from shopee_tf.report.blocks import Block, Table, Text
from shopee_tf.report.drawing import ACCENT, as_block, count_up, new_axes
from shopee_tf.report.shared_values import percent
from tfrecords.wording import counted

_BINS = 40  # of the shorter side, at most
_ROOM = 10  # pixels on either side of the bars, at least
_LISTED = 8  # sizes, the most frequent


def photo_shape_blocks(
    names: Sequence[str], images: str, *, progress: Callable[[int, int], None] | None = None
) -> list[Block]:
    """Draws and lists the sizes of photos, as the headers of their files have them.

    Args:
      names: of the files; one that several listings use is counted once.
      images: folder of the photos.
      progress: called with (done, total) photos.
    """
    names = list(dict.fromkeys(names))
    sizes = photo_sizes(images, names, progress=progress)
    known = sizes[sizes[:, 0] > 0]
    if not len(known):
        return [Text(f"None of the {len(names):,} photos can be read.")]
    square = int((known[:, 0] == known[:, 1]).sum())
    text = (
        f"{percent(square, len(known))} of {counted(len(known), 'photo')} are square; "
        f"{len(names) - len(known):,} missing, or not to be read."
    )
    return [_figure(known), Text(text), _table(known)]


def _figure(sizes):
    figure, (sides, shapes) = new_axes(2)
    shorter = sizes.min(axis=1)
    low, high = shorter.min(), shorter.max()
    step = -(-(high - low + 1) // _BINS)  # whole pixels
    sides.hist(shorter, np.arange(low, high + step + 1, step) - 0.5, color=ACCENT)
    room = max(0.05 * (high - low), _ROOM)
    sides.set_xlim(low - room, high + room)
    for axis in (sides.xaxis, sides.yaxis):
        axis.get_major_locator().set_params(integer=True)
    sides.yaxis.set_major_formatter("{x:,.0f}")
    sides.set_xlabel("shorter side, pixels")
    sides.set_ylabel("photos")
    ratios = np.clip(sizes[:, 0] / sizes[:, 1], 0.5, 2.0)
    counts, _, _ = shapes.hist(ratios, bins=np.geomspace(0.5, 2.0, 42), color=ACCENT)
    shapes.set_xscale("log")
    caption = "The right scale is logarithmic." if count_up(shapes, counts, "photos") else ""
    shapes.set_xticks([0.5, 0.75, 1, 4 / 3, 2], ["1:2 or less", "3:4", "1:1", "4:3", "2:1 or more"])
    shapes.minorticks_off()
    shapes.set_xlabel("width : height")
    return as_block(figure, "photo_shapes", "Sizes and shapes of photos", caption)


def _table(sizes):
    counts = Counter(map(tuple, sizes.tolist()))
    rows = tuple(
        (f"{width} x {height}", f"{count:,}", percent(count, len(sizes)))
        for (width, height), count in counts.most_common(_LISTED)
    )
    return Table("", ("width x height", "photos", "% of photos"), rows)
