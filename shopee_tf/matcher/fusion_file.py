"""A fitted fusion as a file of arrays: nothing in it is ever executed."""

import os
from typing import Any

import numpy as np

from shopee_tf.matching.boosted_pairs import Trees
from shopee_tf.matching.boundary import Boundary
from shopee_tf.matching.calibration import Calibrator
from shopee_tf.matching.pair_fusion import Fusion
from shopee_tf.matching.pair_model import PairModel
from tfrecords import files

_ALONE = "isotonic"  # how noisy-or calibrates each system


def save_fusion(fusion: Fusion, path: str | os.PathLike) -> None:
    """Writes what was fitted, as `.npz`; the kinds of fusion and calibrator are not in it."""
    arrays = {**_flat("parameters", fusion.parameters), **_flat("calibrator", fusion.calibrator)}
    with files.atomic_write(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_fusion(kind: str, path: str | os.PathLike, *, calibration: str) -> Fusion:
    """Reads what `save_fusion` wrote.

    Args:
      kind: of the fusion, one of `pair_fusion.FUSIONS`.
      path: of the file.
      calibration: the kind of its calibrator.

    Raises:
      KeyError: no such kind, or the file is of another.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    parameters = _READERS[kind](arrays, "parameters")
    return Fusion(kind, parameters, _calibrator(arrays, "calibrator", calibration))


def _flat(name: str, value: Any) -> dict[str, np.ndarray]:
    """Arrays by their paths; the words in a calibrator are left out."""
    if isinstance(value, str):
        return {}
    if not isinstance(value, tuple):
        return {name: np.asarray(value)}
    fields = getattr(value, "_fields", range(len(value)))
    found = {}
    for field, inner in zip(fields, value, strict=True):
        found |= _flat(f"{name}.{field}", inner)
    return found


def _tuple(kind, arrays, name):
    return kind(*(arrays[f"{name}.{field}"] for field in kind._fields))


def _calibrator(arrays, name, kind=_ALONE):
    return Calibrator(kind, arrays[f"{name}.scores"], arrays[f"{name}.probabilities"])


def _pair_model(arrays, name):
    rounds = range(_count(arrays, f"{name}.rounds", "roots"))
    return PairModel(
        _tuple(Boundary, arrays, f"{name}.boundary"),
        tuple(_tuple(Trees, arrays, f"{name}.rounds.{number}") for number in rounds),
    )


def _calibrators(arrays, name):
    return tuple(
        _calibrator(arrays, f"{name}.{number}") for number in range(_count(arrays, name, "scores"))
    )


def _count(arrays, name, field):
    return sum(key.startswith(f"{name}.") and key.endswith(f".{field}") for key in arrays)


_READERS = {
    "sum": lambda arrays, name: arrays[name],
    "squared": lambda arrays, name: arrays[name],
    "noisy_or": _calibrators,
    "boundary": lambda arrays, name: _tuple(Boundary, arrays, name),
    "pairs": _pair_model,
}
