"""The table of results, as text and as JSON."""

import os
from collections.abc import Sequence

from shopee_tf.evaluation.scoring import Result
from shopee_tf.version import VERSION
from tfrecords import files

_HEADER = ("system", "decision", "F1", "precision", "recall", "N", "protocol", "split")


def as_text(results: Sequence[Result]) -> str:
    """Lays results out in columns, a line each."""
    lines = [_HEADER, *map(_cells, results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [lines[0], rule, *lines[1:]]
    )


LEGEND = (
    "N: listings searched. held-out f/k: thresholds chosen on fold f+1, fold f of k scored, no "
    "system trained on either. split: the same hash, the same rows."
)


def _cells(result: Result) -> tuple[str, ...]:
    figures = (result.f1, result.precision, result.recall)
    return (
        result.system,
        result.decision,
        *("-" if figure is None else f"{figure:.4f}" for figure in figures),
        f"{result.num_candidates:,}",
        result.protocol,
        result.split,
    )


def write_results(results: Sequence[Result], path: str | os.PathLike) -> None:
    """Writes results as JSON, atomically."""
    rows = [result._asdict() for result in results]
    for row in rows:
        row["thresholds"] = [None if t == float("inf") else t for t in row["thresholds"]]
    files.write_json(path, {"shopee_tf": VERSION, "results": rows})
