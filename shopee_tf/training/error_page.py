"""The worst errors of an epoch as a picture of photos, and as a table of titles."""

import html
import re
from collections.abc import Callable, Sequence

import numpy as np

from shopee_tf.data.photo_grid import WHITE, framed, photo_grid
from shopee_tf.evaluation.mistakes import Mistake, Shown

SHOWN = 3
"""Listings shown of those to be found, and of those found."""

HEADER = ("score", "listing", "of the same product", "found")
_SIDE = 80  # pixels of a photo
_GAP = 12  # pixels between the parts of a row
_GRAY, _GREEN, _RED = (120, 120, 120), (60, 150, 90), (200, 60, 50)
_EMPTY = (WHITE,) * 3
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!>])")


def photo_page(mistakes: Sequence[Mistake], read: Callable[..., np.ndarray]) -> np.ndarray:
    """Draws a row of photos for each mistake: the listing, what is true, and what was found.

    The listing has a gray frame; what was found and is of its product a green one, strangers and
    what was missed a red one.

    Args:
      mistakes: at least one.
      read: (rows [m], side=) -> [m, side, side, 3] uint8.

    Returns:
      [height, width, 3] uint8.
    """
    places = [place for mistake in mistakes for place in _places(mistake)]
    rows = np.array([row for row, _ in places])
    photos = np.full((len(rows), _SIDE, _SIDE, 3), WHITE, np.uint8)
    photos[rows >= 0] = read(rows[rows >= 0], side=_SIDE)
    colors = np.array([color for _, color in places], np.uint8)
    page = photo_grid(framed(photos, colors), columns=1 + 2 * SHOWN)
    parts = [_SIDE, (1 + SHOWN) * _SIDE]  # where one part ends and the next begins
    return np.insert(page, np.repeat(parts, _GAP), WHITE, axis=1)


def _places(mistake: Mistake) -> list[tuple[int, tuple[int, int, int]]]:
    """Row and colour of each place of a line; row -1 where there is nothing to show."""
    line = [(mistake.row, _GRAY)]
    for side in (mistake.true, mistake.predicted):
        line += [(shown.row, _GREEN if shown.right else _RED) for shown in side]
        line += [(-1, _EMPTY)] * (SHOWN - len(side))
    return line


def title_table(mistakes: Sequence[Mistake], titles: np.ndarray) -> list[tuple[str, str, str, str]]:
    """Writes a row of Markdown cells for each mistake, below a header.

    Args:
      mistakes: as in `photo_page`.
      titles: [n] text, of the whole catalogue.
    """
    rows = [HEADER]
    for mistake in mistakes:
        sides = _listed(mistake.true, titles, "missed"), _listed(mistake.predicted, titles, "wrong")
        rows.append((f"{mistake.score:.2f}", plain(titles[mistake.row]), *sides))
    return rows


def _listed(side: Sequence[Shown], titles: np.ndarray, mark: str) -> str:
    lines = [f"- {'' if right else f'**{mark}** '}{plain(titles[row])}" for row, right in side]
    return "\n".join(lines) or "nothing"


def plain(title: str) -> str:
    """Takes from a title what Markdown or HTML would make of it.

    >>> plain("<b>Sale!</b> a_b")
    '&lt;b&gt;Sale\\\\!&lt;/b&gt; a\\\\_b'
    """
    return _MARKUP.sub(r"\\\1", html.escape(" ".join(title.split()), quote=False))
