"""Figures of one style, as blocks of a report."""

from collections.abc import Sequence
from typing import Any

from shopee_tf.evaluation.plot import figure_class, figure_png
from shopee_tf.report.blocks import Figure

ACCENT, SECOND, THIRD = COLORS = ("#2f6db3", "#d9822b", "#4f9d69")
_INK, _LINE = "#1c2024", "#dde2e7"
_DPI, _SQUARE_DPI = 144, 100
_FLAT = 50  # counts up to this are told apart on an even scale


def new_axes(
    columns: int = 1, *, width: float = 8.5, height: float = 3.2, **how
) -> tuple[Any, Sequence[Any]]:
    """Makes a figure of matplotlib with axes side by side.

    Args:
      columns: how many axes.
      width: of the figure, in inches.
      height: of the figure, in inches.
      **how: of `Figure.subplots`.

    Returns:
      The figure, and a list of its axes.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure = figure_class()(figsize=(width, height), layout="constrained")
    grid = figure.subplots(1, columns, squeeze=False, **how)[0].tolist()
    for axes in grid:
        style(axes)
    return figure, grid


def style(axes: Any) -> None:
    """Gives axes the look of the report: two thin spines, a light grid behind what is drawn."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_LINE)
    axes.tick_params(colors=_INK, labelsize=9, length=3, color=_LINE)
    axes.grid(axis="y", color=_LINE, linewidth=0.7)
    axes.set_axisbelow(True)


def count_up(axes: Any, counts: Any, noun: str) -> bool:
    """Scales the upward axis for counts: by their logarithm where large ones would hide small ones.

    Args:
      axes: of matplotlib, a side of a figure.
      counts: [b] int, of what is drawn.
      noun: what is counted.

    Returns:
      Whether the scale is logarithmic.
    """
    steep = max(counts) > _FLAT
    if steep:
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7)
    else:
        axes.yaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel(noun)
    return bool(steep)


def as_block(figure: Any, name: str, title: str, caption: str = "") -> Figure:
    """Makes a figure of matplotlib a block of the report.

    Args:
      figure: of matplotlib.
      name: of its PNG file, without folder and ending.
      title: of the block.
      caption: what is to be seen.
    """
    return Figure(name, title, figure_png(figure, dpi=_DPI), caption)


def square_block(figure: Any, name: str, title: str, caption: str = "") -> Figure:
    """A figure that is as high as wide, and would be too large at the full width of the page.

    Args: see `as_block`.
    """
    return Figure(name, title, figure_png(figure, dpi=_SQUARE_DPI), caption)
