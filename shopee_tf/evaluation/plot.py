"""Curves of F1 against the threshold, as a picture."""

import io
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from shopee_tf.evaluation.curves import Curve
from shopee_tf.systems.grammar import parse_union, rename, short_names
from tfrecords import files
from tfrecords.errors import ResourceError, UsageError

_BELOW = 0.2  # of the lowest F1 that was chosen: further down all curves are alike


def check_plot(path: str) -> None:
    """Sees to it that a plot can be drawn, before the searches that it is of.

    Raises:
      UsageError: the name of the file is not that of a PNG.
      ResourceError: matplotlib is not installed.
    """
    if not path.lower().endswith(".png"):
        raise UsageError(f"--plot={path}: expected a name that ends in .png")
    figure_class()


def draw_curves(curves: Sequence[Curve], path: str | os.PathLike) -> None:
    """Draws F1 against threshold into the PNG file `path`; see `curves_figure`."""
    save_figure(curves_figure(curves), path)


def curves_figure(curves: Sequence[Curve]) -> Any:
    """Draws F1 against threshold: a row of axes for each split, one a measure.

    A dot marks the threshold that was chosen, and the F1 that it gave on the rows scored: the
    further it stands from the top of its curve, the more the choice lost. Where sets are chosen
    otherwise than by a line on the probability, a dotted line is at their F1.

    Args:
      curves: at least one.

    Returns:
      A figure of matplotlib.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure_type = figure_class()
    splits = list(dict.fromkeys(curve.split for curve in curves))
    kinds = sorted({curve.measure for curve in curves}, reverse=True)
    colors = _colors(curves)
    figure = figure_type(figsize=(7.0 + 3.0 * len(kinds), 4.2 * len(splits)), layout="constrained")
    grid = figure.subplots(
        len(splits), len(kinds), squeeze=False, sharey=True,
        width_ratios=[1.0 if measure in ("Hamming", "Euclidean") else 2.2 for measure in kinds],
    )  # fmt: skip
    for split, line in zip(splits, grid, strict=True):
        for measure, axes in zip(kinds, line, strict=True):
            shown = [c for c in curves if (c.split, c.measure) == (split, measure)]
            _draw_axes(axes, shown, colors, measure)
        line[0].set_title(split, loc="left")
        line[0].set_ylabel("mean F1")
    grid[0, 0].set_ylim(
        bottom=max(0.0, min(curve.chosen_f1 for curve in curves) - _BELOW),
        top=max(max(curve.f1.max(), curve.chosen_f1) for curve in curves) + 0.02,
    )
    figure.legend(handles=_legend(grid, colors), loc="outside right upper", fontsize=9)
    return figure


def _draw_axes(axes, curves, colors, measure):
    hashes, distances = measure == "Hamming", measure in ("Hamming", "Euclidean")
    for curve in curves:
        sign, name = (-1 if distances else 1), curve.system
        dashes = "--" if "^" in name else "-." if "~" in name else "-"
        how = {"drawstyle": "steps-post"} if hashes else {}
        axes.plot(
            sign * curve.thresholds, curve.f1, dashes,
            color=colors[name], label=name, linewidth=1.5, **how,
        )  # fmt: skip
        if np.isfinite(curve.chosen):
            chosen = np.floor(-curve.chosen) if hashes else sign * curve.chosen
            axes.plot(chosen, curve.chosen_f1, "o", color=colors[name], markeredgecolor="black")
        elif measure == "probability":
            axes.axhline(curve.chosen_f1, linestyle=":", color=colors[name], linewidth=1.5)
    axes.set_xlabel(f"{measure} distance, at most" if distances else f"{measure}, at least")
    axes.set_xlim(*((0, 24) if hashes else (0, None) if distances else (1.0, 0.0)))
    axes.grid(alpha=0.3)


def _colors(curves):
    """A colour for each system, the same in all axes."""
    from matplotlib import colormaps

    systems = list(dict.fromkeys(curve.system for curve in curves))
    palette = colormaps["tab20" if len(systems) > 10 else "tab10"]
    return {system: palette(position % palette.N) for position, system in enumerate(systems)}


def _legend(grid, colors):
    """A line for each system in their order, by short names."""
    unions = {system: parse_union(system) for system in colors}
    short = short_names([name for union in unions.values() for name in union.names])
    lines = {line.get_label(): line for axes in grid.flat for line in axes.get_lines()}
    for system, union in unions.items():
        lines[system].set_label(str(rename(union, short)))
    return [*(lines[system] for system in colors), *_marks(grid)]


def _marks(grid):
    """What was chosen, in the colour of no system: a dot, or a line where there is no threshold."""
    from matplotlib.lines import Line2D

    drawn = [line for axes in grid.flat for line in axes.get_lines()]
    marks = []
    if any(line.get_marker() == "o" for line in drawn):
        how = {"markerfacecolor": "white", "markeredgecolor": "black"}
        marks.append(Line2D([], [], marker="o", linestyle="none", label="chosen", **how))
    if any(line.get_linestyle() == ":" for line in drawn):
        marks.append(Line2D([], [], linestyle=":", color="black", label="sets chosen otherwise"))
    return marks


def save_figure(figure: Any, path: str | os.PathLike, *, dpi: int = 120) -> None:
    """Writes a figure of matplotlib as a PNG, atomically, with `dpi` pixels an inch."""
    with files.atomic_write(path) as file:
        file.write(figure_png(figure, dpi=dpi))


def figure_png(figure: Any, *, dpi: int = 120) -> bytes:
    """A figure of matplotlib as the bytes of a PNG, with `dpi` pixels an inch."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def figure_class() -> type:
    """The class of matplotlib's figures.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends import backend_agg  # noqa: F401
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ResourceError(f"a plot: {error}; pip install 'shopee_tf[plots]'") from None
    return Figure
