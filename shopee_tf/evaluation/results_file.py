"""The file of results that evaluate writes: JSON, in which null stands for infinity."""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from shopee_tf.evaluation.bootstrap import Interval
from shopee_tf.evaluation.curves import Curve
from shopee_tf.evaluation.scoring import Result
from shopee_tf.evaluation.size_curve import Forecast, SizeCurve, SizePoint
from shopee_tf.evaluation.size_table import sizes_as_json
from shopee_tf.evaluation.slices import Slice
from shopee_tf.version import VERSION
from tfrecords import files
from tfrecords.errors import DataError, UsageError

_PLACES = 6  # of a curve: more are not seen


class StoredResults(NamedTuple):
    """What a file of results holds."""

    results: list[Result]
    curves: list[Curve]  # of systems that stand alone; empty where a fusion decided
    size_curves: list[SizeCurve]  # empty unless asked for


def write_results(
    results: Sequence[Result],
    path: str | os.PathLike,
    *,
    curves: Sequence[Curve] = (),
    size_curves: Sequence[SizeCurve] = (),
) -> None:
    """Writes results, and curves if any, atomically."""
    rows = [result._asdict() for result in results]
    for row in rows:
        row["slices"] = [part._asdict() for part in row["slices"]]
        for name in ("penalties", "thresholds"):
            row[name] = [_or_null(value) for value in row[name]]
    more: dict[str, Any] = {"curves": list(map(_curve_as_json, curves))} if curves else {}
    more |= {"size_curves": sizes_as_json(size_curves)} if size_curves else {}
    files.write_json(path, {"shopee_tf": VERSION, "results": rows, **more})


def read_results(path: str | os.PathLike) -> StoredResults:
    """Reads what `write_results` wrote, of this version or a former one.

    Raises:
      UsageError: no such file.
      IntegrityError: not JSON.
      DataError: JSON of something else.
    """
    if not os.path.isfile(path):
        raise UsageError(f"{path}: no such file; python -m shopee_tf.evaluate --output makes it")
    content = files.read_json(path)
    try:
        found = StoredResults(
            list(map(_result, content["results"])),
            list(map(_curve, content.get("curves", []))),
            list(map(_size_curve, content.get("size_curves", []))),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: not the results that python -m shopee_tf.evaluate --output writes ({error!r})"
        ) from None
    if not found.results:
        raise DataError(f"{path}: holds no results")
    return found


def _or_null(value):
    return value if np.isfinite(value) else None


def _or_infinity(value) -> float:
    return np.inf if value is None else float(value)


def _number(value) -> float | None:
    return None if value is None else float(value)


def _result(row) -> Result:
    """A result whose figures are figures, whoever wrote the file."""
    interval = Interval(*map(float, row["f1_interval"]))
    figures = {name: _number(row[name]) for name in Result._fields if name in _FIGURES}
    words = {name: str(row[name]) for name in ("system", "decision", "protocol", "split")}
    counts = {name: int(row[name]) for name in ("num_queries", "num_candidates")}
    return Result(
        **figures, **words, **counts,
        f1_interval=interval,
        slices=list(map(_slice, row["slices"])),
        weights=[list(map(float, weights)) for weights in row["weights"]],
        penalties=list(map(_or_infinity, row["penalties"])),
        thresholds=list(map(_or_infinity, row["thresholds"])),
    )  # fmt: skip


_FIGURES = {
    "f1", "precision", "recall", "mean_average_precision", "pair_precision", "pair_recall",
    "pair_f1", "bcubed_f1",
}  # fmt: skip


def _slice(row) -> Slice:
    figures = map(float, (row["f1"], row["precision"], row["recall"]))
    return Slice(str(row["by"]), str(row["value"]), int(row["num_queries"]), *figures)


def _curve_as_json(curve: Curve) -> dict[str, Any]:
    return {
        **curve._asdict(),
        "thresholds": curve.thresholds.round(_PLACES).tolist(),
        "f1": curve.f1.round(_PLACES).tolist(),
        "chosen": _or_null(curve.chosen),
    }


def _curve(row) -> Curve:
    thresholds, f1 = (np.array(row[name], float) for name in ("thresholds", "f1"))
    if thresholds.ndim != 1 or thresholds.shape != f1.shape or not len(f1):
        raise ValueError("a curve of thresholds and F1 that do not go together")
    words = (str(row[name]) for name in ("system", "split", "measure"))
    return Curve(*words, thresholds, f1, _or_infinity(row["chosen"]), float(row["chosen_f1"]))


def _size_curve(row) -> SizeCurve:
    points = [
        SizePoint(
            np.array(point["sizes"], int),
            np.array(list(map(_or_infinity, point["thresholds"]))),
            np.array(point["f1"], float),
        )
        for point in row["points"]
    ]
    forecast = row["forecast"] and Forecast(
        *(_number(row["forecast"][f]) for f in Forecast._fields)
    )
    size = None if row["size"] is None else int(row["size"])
    return SizeCurve(str(row["system"]), str(row["measure"]), points, size, forecast)
