"""The table of results, as text and as JSON."""

import os
from collections.abc import Sequence

import numpy as np

from shopee_tf.evaluation.columns import in_columns
from shopee_tf.evaluation.scoring import Result
from shopee_tf.systems.grammar import parse_union, rename, short_names
from shopee_tf.version import VERSION
from tfrecords import files

_HEADER = ("system", "F1", "precision", "recall", "N", "protocol", "split", "decision")


def as_text(results: Sequence[Result]) -> str:
    """Lays results out in columns, a line each; runs and files go by their last names."""
    unions = [parse_union(result.system) for result in results]
    short = short_names([name for union in unions for name in union.names])
    systems = [" + ".join(map(str, rename(union, short).blends)) for union in unions]
    return in_columns([_HEADER, *map(_cells, systems, results)])


LEGEND = (
    "N: listings searched. held-out f/k: thresholds chosen on fold f+1, fold f of k scored, no "
    "system trained on either. split: the same hash, the same rows."
)


def _cells(system: str, result: Result) -> tuple[str, ...]:
    figures = (result.f1, result.precision, result.recall)
    return (
        system,
        *("-" if figure is None else f"{figure:.4f}" for figure in figures),
        f"{result.num_candidates:,}",
        result.protocol,
        result.split,
        result.decision,
    )


def write_results(results: Sequence[Result], path: str | os.PathLike) -> None:
    """Writes results as JSON, atomically; null stands for infinity."""
    rows = [result._asdict() for result in results]
    for row in rows:
        for name in ("penalties", "thresholds"):
            row[name] = [None if np.isinf(value) else value for value in row[name]]
    files.write_json(path, {"shopee_tf": VERSION, "results": rows})
