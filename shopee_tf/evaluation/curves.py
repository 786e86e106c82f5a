"""How the F1 of a system hangs on its threshold."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.evaluation.scoring import Parts
from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.matching.thresholds import MAX_MATCHES, find_matches, threshold_curve
from shopee_tf.metrics import Matches, group_sizes, row_f1
from shopee_tf.systems import (
    Decision,
    PairDecision,
    Part,
    Union,
    decide,
    fit_decision,
    judge,
)
from shopee_tf.systems.grammar import Blend, is_euclidean, is_hash


class Curve(NamedTuple):
    """Mean F1 on the rows that are scored, at every threshold."""

    system: str
    split: str  # the name of the split, with N
    measure: str  # of thresholds: "similarity", "probability", or minus a distance, "Hamming" or
    # "Euclidean"
    thresholds: np.ndarray  # [t] float64, evenly spaced, descending
    f1: np.ndarray  # [t] float64, where matches are as similar as that or more
    chosen: float  # the threshold that the choosing rows chose
    chosen_f1: float  # and what it gave


def threshold_curves(
    parts: Parts, unions: Sequence[Union], *, variant_guard: str = "none"
) -> list[Curve]:
    """Draws up a curve for each blend that stands alone among `unions`.

    Weights, penalties and the chosen threshold come from the rows that decisions are fitted on.
    """
    alone = [union for union in unions if len(union.blends) == 1]
    return [_curve(parts, union, variant_guard) for union in alone]


def _curve(parts: Parts, union: Union, variant_guard: str) -> Curve:
    decision = fit_decision(union, parts.choose, variant_guard=variant_guard).decision
    (curve,) = decision_curves(decision, parts.score, protocol=parts.split.name)
    return curve


def decision_curves(
    decision: Decision | PairDecision,
    part: Part,
    *,
    protocol: str,
    matches: Matches | None = None,
    whole: Part | None = None,
) -> list[Curve]:
    """Draws up a curve for each blend of a union alone, or one for the probabilities of pairs.

    Sets that are chosen otherwise than by a line on the probability have a chosen F1 all the same.

    Args:
      decision: as fitted.
      part: labelled; it is scored there.
      protocol: what the figures are stamped with.
      matches: of the part's queries, where the decision has found them before.
      whole: the same part with hashes as far apart as any search finds; `part` where not given.
    """
    split = f"{protocol}, N = {len(part.candidates):,}"
    if isinstance(decision, PairDecision):
        matches = decide(decision, part).matches if matches is None else matches
        return [_probability_curve(decision, part, split, matches)]
    union, weights, penalties, thresholds, refinements = decision
    curves = []
    for blend, *fitted, threshold in zip(union.blends, weights, penalties, thresholds, strict=True):
        searched = part if whole is None or not is_hash(blend) else whole
        found = searched.refined(blend, *fitted, refinements)
        curves.append(_blend_curve(blend, found, threshold, part, split))
    return curves


def _blend_curve(blend, found, chosen, part, split) -> Curve:
    labels, candidates = part.source.catalog.labels, part.candidates
    thresholds = _thresholds(blend, found)
    return Curve(
        system=str(blend),
        split=split,
        measure=_measure(blend),
        thresholds=thresholds,
        f1=_f1_at(thresholds, found, labels, candidates),
        chosen=chosen,
        chosen_f1=row_f1(find_matches(found, chosen), labels, candidates=candidates),
    )


def _probability_curve(decision, part, split, matches) -> Curve:
    labels, candidates = part.source.catalog.labels, part.candidates
    rows, query, other, probability = judge(decision, part)
    rank = np.arange(len(query)) - np.searchsorted(query, query)
    kept = rank < MAX_MATCHES - 1
    pairs = Pairs(query[kept], probability[kept], (labels[other] == labels[rows[query]])[kept])
    ones = np.ones(len(rows), np.int64)
    truth = group_sizes(labels, candidates)[rows]
    _, f1 = sweep(pairs, predicted=ones, correct=ones, truth=truth)
    thresholds = np.linspace(1, 0, 501)
    return Curve(
        system=str(decision.union),
        split=split,
        measure="probability",
        thresholds=thresholds,
        f1=f1[_steps(thresholds, pairs.similarity)],
        chosen=decision.threshold if decision.sets == "threshold" else np.inf,
        chosen_f1=row_f1(matches, labels, candidates=candidates),
    )


def _measure(blend: Blend) -> str:
    if is_hash(blend):
        return "Hamming"
    return "Euclidean" if is_euclidean(blend) else "similarity"


def _thresholds(blend, found):
    if is_hash(blend):
        return -np.arange(25.0)
    if not is_euclidean(blend):
        return np.linspace(1, 0, 501)
    return np.linspace(0, found.similarities[np.isfinite(found.similarities)].min(), 501)


def _f1_at(thresholds, found, labels, candidates):
    curve = threshold_curve(found, labels, candidates=candidates)
    accepted = found.similarities[:, 1:MAX_MATCHES][found.neighbors[:, 1:MAX_MATCHES] >= 0]
    return curve.f1[_steps(thresholds, accepted)]


def _steps(thresholds, values):
    """Step i of a curve accepts the i highest of the values that there are; step 0 none."""
    return np.searchsorted(-np.unique(values)[::-1], -thresholds, side="right")
