"""Systems, and unions of them, scored on one split: every figure with its protocol and N."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.bootstrap import Interval
from shopee_tf.evaluation.figures import measure
from shopee_tf.evaluation.protocol import Split, trained_on
from shopee_tf.evaluation.slices import Slice
from shopee_tf.metrics import Matches
from shopee_tf.systems import (
    Decision,
    PairDecision,
    Part,
    Source,
    Union,
    decide,
    describe,
    fit_decision,
    has_trees,
    read_runs,
)
from shopee_tf.systems.grammar import run_folder


class Result(NamedTuple):
    """One row of the table of results."""

    system: str  # blends joined by " + "
    decision: str  # weights and thresholds, in words
    f1: float | None  # mean over rows, as the next two; None where the system could not run
    precision: float | None
    recall: float | None
    f1_interval: Interval  # 95 %, products drawn with replacement
    mean_average_precision: float | None  # None where no row has a partner to find
    pair_precision: float
    pair_recall: float
    pair_f1: float
    bcubed_f1: float
    num_queries: int
    num_candidates: int  # N, the size of the catalogue searched
    slices: list[Slice]  # scores by what was asked for
    protocol: str  # "whole" or "held-out f/k", with "trained-on" where a run or trees saw the rows
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
    parts: Parts,
    unions: Sequence[Union],
    *,
    variant_guard: str = "none",
    fusion: str = "union",
    sets: str = "threshold",
    by: Sequence[str] = (),
) -> list[Result]:
    """Fits decisions on one part of a split and scores them on the other.

    Args:
      parts: from `open_parts`.
      unions: what is to be scored.
      variant_guard: see `fit_decision`, as of the next two.
      fusion: how the systems of each union decide together.
      sets: which pairs match by their probability.
      by: kinds of rows to score apart too; see `slices.SLICES`.
    """
    how = {"variant_guard": variant_guard, "fusion": fusion, "sets": sets}
    return score_decisions(parts, fit_decisions(parts, unions, **how), by=by)


def fit_decisions(
    parts: Parts, unions: Sequence[Union], **how: str
) -> list[Decision | PairDecision]:
    """Fits a decision for each union on one part of a split; `how` is of `fit_decision`.

    Raises:
      DataError: the catalogue lacks what a system needs; said before anything is searched.
    """
    for union in unions:
        parts.choose.source.check(union)
    return [fit_decision(union, parts.choose, **how).decision for union in unions]


def score_decisions(
    parts: Parts, decisions: Sequence[Decision | PairDecision], *, by: Sequence[str] = ()
) -> list[Result]:
    """Scores decisions on the other part of a split."""
    seen = _trained_on_split(parts, [decision.union for decision in decisions])
    return [_score(parts, decision, seen, by) for decision in decisions]


def _score(
    parts: Parts, decision: Decision | PairDecision, seen: set[str], by: Sequence[str]
) -> Result:
    union = decision.union
    name, score = parts.split.name, parts.score
    trained = not seen.isdisjoint(map(run_folder, union.names)) or (
        has_trees(decision) and score is parts.choose
    )
    matches, ranked = decide(decision, score)
    return Result(
        system=" + ".join(map(str, union.blends)),
        decision=describe(decision),
        **measure(
            matches, ranked, score.source.catalog,
            candidates=score.candidates, by=by,
        ),
        protocol=f"{name}, trained-on" if trained else name,
        split=parts.split.hash,
        **_fitted(decision),
    )  # fmt: skip


def _fitted(decision):
    """What was fitted, as far as it is a number for each blend."""
    if isinstance(decision, PairDecision):
        return {"weights": [], "penalties": [], "thresholds": [decision.threshold]}
    return {
        "weights": [list(weights) for weights in decision.weights],
        "penalties": list(decision.penalties),
        "thresholds": list(decision.thresholds),
    }


def score_submission(
    matches: Matches,
    catalog: Catalog,
    split: Split,
    *,
    ranked: Matches | None = None,
    by: Sequence[str] = (),
    system: str = "submission",
    decision: str = "as given",
    protocol: str = "as given",
) -> Result:
    """Scores matches that came from anywhere against the whole labelled catalogue.

    Args:
      matches: of all listings.
      catalog: labelled.
      split: all of it.
      ranked: for the same listings all that was found, best first; where not given, the order of
        the matches is taken for it.
      by: kinds of rows to score apart too; see `slices.SLICES`.
      system: what the matches come from.
      decision: how they were chosen, in words.
      protocol: what the figures are stamped with.
    """
    rows = np.arange(len(catalog), dtype=np.int32)
    ranked = matches if ranked is None else ranked
    return Result(
        system=system,
        decision=decision,
        **measure(matches, ranked, catalog, candidates=rows, by=by),
        protocol=protocol,
        split=split.hash,
        weights=[],
        penalties=[],
        thresholds=[],
    )


def _trained_on_split(parts, unions):
    """The runs among the members that saw rows of the split in training."""
    rows = np.concatenate([parts.choose.queries, parts.score.queries])
    runs = read_runs([name for union in unions for name in union.names])
    catalog = parts.score.source.catalog
    return {run.folder for run in runs if trained_on(catalog, run)[rows].any()}
