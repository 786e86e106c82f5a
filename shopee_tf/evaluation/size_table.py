"""Size curves as text and as JSON."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shopee_tf.evaluation.columns import in_columns
from shopee_tf.evaluation.size_curve import Forecast, SizeCurve, SizePoint
from shopee_tf.systems.grammar import parse_union, rename, short_names

_HEADER = ("system", "N", "drawings", "best threshold", "spread", "best F1", "spread")
SIZE_LEGEND = (
    "best: for the very listings it is fitted on. N: listings searched, of whole products drawn; "
    "the mean of the drawings, and their standard deviation as spread. forecast: straight lines "
    "through the means against log N, with a band of two standard errors; less sure beyond twice N."
)


def sizes_as_text(curves: Sequence[SizeCurve]) -> str:
    """Lays size curves out in columns, a line for each size and one for the forecast."""
    return in_columns(size_lines(curves))


def size_lines(curves: Sequence[SizeCurve]) -> list[tuple[str, ...]]:
    """The same table as cells, its header first."""
    unions = [parse_union(curve.system) for curve in curves]
    short = short_names([name for union in unions for name in union.names])
    lines = [_HEADER]
    for curve, union in zip(curves, unions, strict=True):
        cells = [_point_cells(point, curve.measure) for point in curve.points]
        if curve.forecast:
            cells.append(_forecast_cells(curve.forecast, curve.size, curve.measure))
        names = [str(rename(union, short)), *[""] * (len(cells) - 1)]
        lines += [(name, *rest) for name, rest in zip(names, cells, strict=True)]
    return lines


def _point_cells(point: SizePoint, measure: str) -> tuple[str, ...]:
    count = len(point.f1)
    threshold, f1 = point.thresholds.mean(), point.f1.mean()
    spreads = ["-", "-"]
    if count > 1:
        finite = np.isfinite(threshold)
        spreads[0] = _number(point.thresholds.std(ddof=1), measure) if finite else "-"
        spreads[1] = f"{point.f1.std(ddof=1):.4f}"
    size = f"{point.sizes.mean():,.0f}"
    return (size, str(count), _threshold(threshold, measure), spreads[0], f"{f1:.4f}", spreads[1])


def _forecast_cells(forecast: Forecast, size: int, measure: str) -> tuple[str, ...]:
    threshold, band = forecast.threshold, forecast.threshold_band
    said = "-" if threshold is None else _threshold(threshold, measure)
    band = "-" if band is None else f"+-{_number(band, measure)}"
    f1 = (f"{forecast.f1:.4f}", f"+-{forecast.f1_band:.4f}")
    return (f"{size:,}", "forecast", said, band, *f1)


def _threshold(value: float, measure: str) -> str:
    if not np.isfinite(value):
        return "never"
    return f"{'>=' if measure == 'similarity' else '<='} {_number(value, measure)}"


def _number(value: float, measure: str) -> str:
    return f"{value:.1f}" if measure == "Hamming" else f"{value:.3f}"


def sizes_as_json(curves: Sequence[SizeCurve]) -> list[dict[str, Any]]:
    """Says size curves in what JSON knows; null stands for infinity."""
    return [
        {
            **curve._asdict(),
            "points": [
                {
                    "sizes": point.sizes.tolist(),
                    "thresholds": [
                        value if np.isfinite(value) else None for value in point.thresholds.tolist()
                    ],
                    "f1": point.f1.tolist(),
                }
                for point in curve.points
            ],
            "forecast": curve.forecast._asdict() if curve.forecast else None,
        }
        for curve in curves
    ]
