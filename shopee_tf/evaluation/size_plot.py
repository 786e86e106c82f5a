"""Size curves as a picture."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from shopee_tf.evaluation.plot import figure_class, save_figure
from shopee_tf.evaluation.size_curve import SizeCurve, forecast_at
from shopee_tf.systems.grammar import parse_union, rename, short_names

_STEPS = 40


def sizes_path(path: str) -> str:
    """The file of the size curves beside that of the threshold curves.

    Example:
      >>> sizes_path("figures/f1.png")
      'figures/f1_sizes.png'
    """
    stem, ending = os.path.splitext(path)
    return f"{stem}_sizes{ending}"


def draw_size_curves(curves: Sequence[SizeCurve], path: str | os.PathLike) -> None:
    """Draws size curves into the PNG file `path`; see `size_figure`."""
    save_figure(size_figure(curves), path)


def size_figure(curves: Sequence[SizeCurve]) -> Any:
    """Draws F1 and thresholds against the size of the catalogue.

    Dots are drawings. The line and its band reach to the size that was asked for.

    Args:
      curves: at least one; measures of thresholds have axes each.

    Returns:
      A figure of matplotlib.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure_type = figure_class()
    measures = sorted({curve.measure for curve in curves}, reverse=True)
    unions = [parse_union(curve.system) for curve in curves]
    short = short_names([name for union in unions for name in union.names])
    width = 2.5 + 4.5 * (1 + len(measures))
    figure = figure_type(figsize=(width, 4.2), layout="constrained")
    f1_axes, *threshold_axes = figure.subplots(1, 1 + len(measures))
    of_measure = dict(zip(measures, threshold_axes, strict=True))
    for place, (curve, union) in enumerate(zip(curves, unions, strict=True)):
        color = f"C{place % 10}"
        f1_axes.plot([], [], color=color, label=str(rename(union, short)))
        _draw(f1_axes, curve, "f1", color)
        _draw(of_measure[curve.measure], curve, "threshold", color)
    f1_axes.set_ylabel("best mean F1")
    for measure, axes in of_measure.items():
        distance = measure != "similarity"
        axes.set_ylabel(f"{measure} distance, at most" if distance else "similarity, at least")
    sizes = [round(point.sizes.mean()) for point in curves[0].points]
    sizes += [curves[0].size] if curves[0].size else []
    for axes in (f1_axes, *threshold_axes):
        axes.set_xscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=20)
        axes.minorticks_off()
        axes.set_xlabel("listings searched")
        axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=9)
    return figure


def _draw(axes, curve, what, color):
    name = "thresholds" if what == "threshold" else what
    sizes = np.concatenate([point.sizes for point in curve.points])
    values = np.concatenate([getattr(point, name) for point in curve.points])
    axes.plot(sizes, values, ".", color=color)
    if not np.isfinite(values).all():
        return
    along = np.geomspace(sizes.min(), max(sizes.max(), curve.size or 0), _STEPS)
    forecasts = [forecast_at(size, curve.points) for size in along]
    line = np.array([getattr(forecast, what) for forecast in forecasts])
    band = np.array([getattr(forecast, f"{what}_band") for forecast in forecasts])
    axes.plot(along, line, "-", color=color, linewidth=1)
    axes.fill_between(along, line - band, line + band, color=color, alpha=0.15, linewidth=0)
