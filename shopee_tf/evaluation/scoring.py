"""Systems, and unions of them, scored on one split: every figure with its protocol and N."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.protocol import Split, trained_on
from shopee_tf.metrics import Matches, score_rows
from shopee_tf.systems import Part, Source, Union, decide, describe, fit_decision, read_runs


class Result(NamedTuple):
    """One row of the table of results."""

    system: str  # blends joined by " + "
    decision: str  # weights and thresholds, in words
    f1: float | None  # mean over rows; None where the system could not run
    precision: float | None
    recall: float | None
    num_queries: int
    num_candidates: int  # N, the size of the catalogue searched
    protocol: str  # "whole" or "held-out f/k", with "trained-on" where a run saw the rows
    split: str  # hash of the split
    weights: list[list[float]]  # for each blend one a system
    thresholds: list[float]  # one a blend


def score_systems(
    source: Source, split: Split, unions: Sequence[Union], *, candidates: str = "fold"
) -> list[Result]:
    """Fits decisions on one part of the split and scores them on the other.

    Args:
      source: the labelled catalogue with its photos.
      split: from `evaluation.protocol`.
      unions: what is to be scored.
      candidates: "fold" searches the rows of the part, "catalogue" all rows.
    """
    choose = _part(source, split.choose, candidates)
    score = choose if split.score is split.choose else _part(source, split.score, candidates)
    seen = _trained_on_split(source, split, unions)
    return [_score(split, union, choose, score, seen) for union in unions]


def _part(source, rows, candidates):
    everything = np.arange(len(source.catalog), dtype=np.int32)
    return Part(source, candidates=everything if candidates == "catalogue" else rows, queries=rows)


def _score(split: Split, union: Union, choose: Part, score: Part, seen: set[str]) -> Result:
    decision = fit_decision(union, choose).decision
    matches = decide(decision, score)
    return Result(
        system=" + ".join(map(str, union.blends)),
        decision=describe(decision),
        **_figures(matches, score.source.catalog.labels, score.candidates),
        protocol=split.name if seen.isdisjoint(union.names) else f"{split.name}, trained-on",
        split=split.hash,
        weights=[list(weights) for weights in decision.weights],
        thresholds=list(decision.thresholds),
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
        weights=[],
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


def _trained_on_split(source, split, unions):
    """The runs among the members that saw rows of the split in training."""
    rows = np.concatenate([split.choose, split.score])
    runs = read_runs([name for union in unions for name in union.names])
    return {run.folder for run in runs if trained_on(source.catalog, run)[rows].any()}
