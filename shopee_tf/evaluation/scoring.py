"""Systems, and unions of them, scored on one split: every figure with its protocol and N."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.protocol import Split, trained_on
from shopee_tf.metrics import Matches, score_rows
from shopee_tf.systems import (
    Decision,
    Part,
    Source,
    Union,
    decide,
    describe,
    fit_decision,
    read_runs,
)
from shopee_tf.systems.grammar import run_folder


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
    penalties: list[float]  # one a blend
    thresholds: list[float]  # one a blend


class Parts(NamedTuple):
    """A split of a source, opened for search."""

    split: Split
    choose: Part  # decisions are fitted on its queries
    score: Part  # and scored on these


def open_parts(source: Source, split: Split, *, candidates: str = "fold") -> Parts:
    """Opens the two parts of a split.

    Args:
      source: the labelled catalogue with its photos.
      split: from `evaluation.protocol`.
      candidates: "fold" searches the rows of each part, "catalogue" all rows.
    """
    everything = np.arange(len(source.catalog), dtype=np.int32)

    def part(rows):
        return Part(source, candidates=rows if candidates == "fold" else everything, queries=rows)

    choose = part(split.choose)
    # The whole catalogue is both parts: searched once.
    return Parts(split, choose, choose if split.score is split.choose else part(split.score))


def score_systems(
    parts: Parts, unions: Sequence[Union], *, variant_guard: str = "none"
) -> list[Result]:
    """Fits decisions on one part of a split and scores them on the other.

    Args:
      parts: from `open_parts`.
      unions: what is to be scored.
      variant_guard: see `fit_decision`.
    """
    seen = _trained_on_split(parts, unions)
    return [
        _score(parts, fit_decision(union, parts.choose, variant_guard=variant_guard).decision, seen)
        for union in unions
    ]


def _score(parts: Parts, decision: Decision, seen: set[str]) -> Result:
    union = decision.union
    matches = decide(decision, parts.score)
    name, score = parts.split.name, parts.score
    return Result(
        system=" + ".join(map(str, union.blends)),
        decision=describe(decision),
        **_figures(matches, score.source.catalog.labels, score.candidates),
        protocol=name if seen.isdisjoint(map(run_folder, union.names)) else f"{name}, trained-on",
        split=parts.split.hash,
        weights=[list(weights) for weights in decision.weights],
        penalties=list(decision.penalties),
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
        penalties=[],
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


def _trained_on_split(parts, unions):
    """The runs among the members that saw rows of the split in training."""
    rows = np.concatenate([parts.choose.queries, parts.score.queries])
    runs = read_runs([name for union in unions for name in union.names])
    catalog = parts.score.source.catalog
    return {run.folder for run in runs if trained_on(catalog, run)[rows].any()}
