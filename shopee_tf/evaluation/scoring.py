"""Systems, and unions of them, scored on one split: every figure with its protocol and N."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.protocol import Split, trained_on
from shopee_tf.matching.fusion import find_union, fit_union
from shopee_tf.metrics import Matches, score_rows
from shopee_tf.systems import Source, read_runs


class Result(NamedTuple):
    """One row of the table of results."""

    system: str  # names joined by " + "
    decision: str  # the threshold of each, in words
    f1: float | None  # mean over rows; None where the system could not run
    precision: float | None
    recall: float | None
    num_queries: int
    num_candidates: int  # N, the size of the catalogue searched
    protocol: str  # "whole" or "held-out f/k", with "trained-on" where a run saw the rows
    split: str  # hash of the split
    thresholds: list[float]


def score_systems(
    source: Source,
    split: Split,
    systems: Sequence[Sequence[str]],
    *,
    candidates: str = "fold",
) -> list[Result]:
    """Chooses thresholds on one part of the split and scores the other.

    Args:
      source: the labelled catalogue with its photos.
      split: from `evaluation.protocol`.
      systems: each a list of one or more names whose matches are united.
      candidates: "fold" searches the rows of the part, "catalogue" all rows.
    """
    neighbors, names = {}, dict.fromkeys(name for union in systems for name in union)
    for name in names:
        neighbors[name] = {
            part: _neighbors(source, name, rows, candidates)
            for part, rows in (("choose", split.choose), ("score", split.score))
        }
    seen = _trained_on_split(source, split, names)
    return [_score(source.catalog, split, union, neighbors, candidates, seen) for union in systems]


def _neighbors(source, name, rows, candidates):
    return source.neighbors(
        name, candidates=_searched(source.catalog, rows, candidates), queries=rows
    )


def _searched(catalog, rows, candidates):
    return np.arange(len(catalog), dtype=np.int32) if candidates == "catalogue" else rows


def _score(catalog: Catalog, split: Split, union, neighbors, candidates, seen) -> Result:
    labels = catalog.labels
    fit = fit_union(
        [neighbors[name]["choose"] for name in union],
        labels,
        candidates=_searched(catalog, split.choose, candidates),
    )
    searched = _searched(catalog, split.score, candidates)
    matches = find_union([neighbors[name]["score"] for name in union], fit.thresholds)
    return Result(
        system=" + ".join(union),
        decision=describe_union(union, fit.thresholds),
        **_figures(matches, labels, searched),
        protocol=split.name if seen.isdisjoint(union) else f"{split.name}, trained-on",
        split=split.hash,
        thresholds=fit.thresholds,
    )


def score_submission(matches: Matches, catalog: Catalog, split: Split) -> Result:
    """Scores matches that came from anywhere against the whole labelled catalogue."""
    rows = np.arange(len(catalog), dtype=np.int32)
    return Result(
        system="submission",
        decision="as given",
        **_figures(matches, catalog.labels, rows),
        protocol="as given",
        split=split.hash,
        thresholds=[],
    )


def _figures(matches, labels, searched):
    scores = score_rows(matches, labels, candidates=searched)
    return {
        "f1": float(scores.f1.mean()),
        "precision": float(scores.precision.mean()),
        "recall": float(scores.recall.mean()),
        "num_queries": len(scores.rows),
        "num_candidates": len(searched),
    }


def describe_union(systems: Sequence[str], thresholds: Sequence[float]) -> str:
    """Says the thresholds of a union, those of systems that add nothing left out.

    Example:
      >>> describe_union(["phash", "runs/text"], [-9.0, 0.5])
      'phash distance <= 9 or text cosine >= 0.500'
    """
    if len(systems) == 1:
        return describe_threshold(systems[0], thresholds[0])
    said = [(name, describe_threshold(name, t)) for name, t in zip(systems, thresholds)]
    used = [f"{os.path.basename(name)} {text}" for name, text in said if text != "never"]
    return " or ".join(used) or "never"


def describe_threshold(system: str, threshold: float) -> str:
    """Says a threshold as people do: a Hamming distance for hashes, else a cosine."""
    if np.isposinf(threshold) or (system == "phash" and threshold > 0):
        return "never"
    if system == "phash":
        return f"distance <= {int(np.floor(-threshold))}"
    return f"cosine >= {threshold:.3f}"


def _trained_on_split(source, split, names):
    """The systems among `names` that saw rows of the split in training."""
    rows = np.concatenate([split.choose, split.score])
    runs = read_runs(names)
    return {run.folder for run in runs if trained_on(source.catalog, run)[rows].any()}
