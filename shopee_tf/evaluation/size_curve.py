"""How the best threshold and F1 of a system hang on the size of the catalogue."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import draw_products
from shopee_tf.systems import Part, Source, Union, fit_decision
from shopee_tf.systems.grammar import is_euclidean, is_hash
from tfrecords.errors import UsageError

DRAWS = 5
_PARTS = (8, 4, 2, 1)  # of the catalogue
_BAND = 2.0  # standard errors


class SizePoint(NamedTuple):
    """What was best in each drawing of about one size."""

    sizes: np.ndarray  # [d] int, listings drawn
    thresholds: np.ndarray  # [d] float64, as a `SizeCurve` measures them; infinite: no match
    f1: np.ndarray  # [d] float64


class Forecast(NamedTuple):
    """What the line gives at a size, and how far it may be off."""

    threshold: float | None  # None where in some drawing no threshold was better than none
    threshold_band: float | None
    f1: float
    f1_band: float


class SizeCurve(NamedTuple):
    """The best thresholds and F1 of one system at several sizes."""

    system: str
    measure: str  # of thresholds: "similarity", or a "Hamming" or "Euclidean" distance
    points: list[SizePoint]  # by size, ascending
    size: int | None  # asked for
    forecast: Forecast | None  # of that size


def size_curves(
    source: Source,
    unions: Sequence[Union],
    *,
    rows: np.ndarray,
    size: int | None = None,
    draws: int = DRAWS,
    variant_guard: str = "none",
    progress: Callable[[int, int], None] | None = None,
) -> list[SizeCurve]:
    """Fits every system that stands alone to catalogues of N/8, N/4, N/2 and N listings.

    Whole products are drawn and all of their listings searched; the threshold, weights and penalty
    are the best for these very listings. So F1 is a little better than that of a threshold from
    elsewhere.

    Args:
      source: the labelled catalogue.
      unions: of which those with a single blend count.
      rows: [N] int32 listings to draw from, none of which a system was trained on.
      size: forecast what a catalogue of so many listings gives.
      draws: of each size but the whole, seeded 0, 1, ...
      variant_guard: see `systems.fit_decision`.
      progress: called with the drawings done and those to do.

    Raises:
      UsageError: too few products to draw from.
    """
    labels = source.catalog.labels[rows]
    sizes = [len(draw_products(labels, limit=len(rows) // part)) for part in _PARTS]
    if len(rows) < max(_PARTS) or sizes != sorted(set(sizes)):
        raise UsageError(
            "--size_curve draws an eighth, a quarter and a half of the listings that no system was "
            f"trained on; the products of these {len(rows)} are too few, or too large, for that"
        )
    alone = [union for union in unions if len(union.blends) == 1]
    plan = [(part, seed) for part in _PARTS for seed in range(draws if part > 1 else 1)]
    fitted = []
    for done, (part, seed) in enumerate(plan, start=1):
        fitted.append(_fit(source, alone, rows, len(rows) // part, seed, variant_guard))
        if progress:
            progress(done, len(plan))
    return [
        _curve(union, [(part, fits[place]) for (part, _), fits in zip(plan, fitted)], size)
        for place, union in enumerate(alone)
    ]


def _fit(source, unions, rows, limit, seed, variant_guard):
    """Of each union (listings drawn, best threshold, its F1)."""
    drawn = rows[draw_products(source.catalog.labels[rows], limit=limit, seed=seed)]
    part = Part(source, candidates=drawn, queries=drawn)
    fits = [fit_decision(union, part, variant_guard=variant_guard) for union in unions]
    return [
        (len(drawn), _as_measured(union.blends[0], fit.decision.thresholds[0]), fit.f1)
        for union, fit in zip(unions, fits, strict=True)
    ]


def _as_measured(blend, threshold):
    if is_hash(blend):
        return float(np.floor(-threshold))
    return -threshold if is_euclidean(blend) else threshold


def _curve(union, fits, size):
    (blend,) = union.blends
    points = [
        SizePoint(*map(np.array, zip(*(fit for part, fit in fits if part == each), strict=True)))
        for each in _PARTS
    ]
    measure = "Hamming" if is_hash(blend) else "Euclidean" if is_euclidean(blend) else "similarity"
    forecast = None if size is None else forecast_at(size, points)
    return SizeCurve(str(blend), measure, points, size, forecast)


def forecast_at(size: int, points: Sequence[SizePoint]) -> Forecast:
    """Draws straight lines through the means over log N, and reads them at a size.

    The band is twice s sqrt(1 + 1/k + (x - m)^2 / sum (x_i - m)^2), the standard error of one more
    value by a line through k points (Draper and Smith 1998, section 1.4), where s^2 is the mean
    square of all drawings about the line. It knows nothing of a line that bends.

    Args:
      size: listings of the catalogue asked about, at least one.
      points: of at least two sizes.
    """
    where = [np.log(point.sizes.mean()) for point in points]
    f1, f1_band = _line(np.log(size), where, [point.f1 for point in points])
    if not all(np.isfinite(point.thresholds).all() for point in points):
        return Forecast(None, None, f1, f1_band)
    return Forecast(
        *_line(np.log(size), where, [point.thresholds for point in points]), f1, f1_band
    )


def _line(at, where, values):
    """The value of the line of the means at `at`, and its band."""
    where = np.array(where)
    slope, start = np.polyfit(where, [value.mean() for value in values], 1)
    residuals = np.concatenate(
        [value - (start + slope * x) for x, value in zip(where, values, strict=True)]
    )
    spread = np.sqrt(np.sum(residuals**2) / max(len(residuals) - 2, 1))
    away = (at - where.mean()) ** 2 / np.sum((where - where.mean()) ** 2)
    band = _BAND * spread * np.sqrt(1 + 1 / len(where) + away)
    return float(start + slope * at), float(band)
