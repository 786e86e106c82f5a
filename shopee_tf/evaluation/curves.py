"""How the F1 of a system hangs on its threshold."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.evaluation.scoring import Parts
from shopee_tf.matching.thresholds import MAX_MATCHES, find_matches, threshold_curve
from shopee_tf.metrics import row_f1
from shopee_tf.systems import Union, find_neighbors, fit_decision
from shopee_tf.systems.grammar import Blend, is_euclidean, is_hash


class Curve(NamedTuple):
    """Mean F1 on the rows that are scored, at every threshold."""

    system: str
    split: str  # the name of the split, with N
    measure: str  # of the thresholds: "similarity", or minus a "Hamming" or "Euclidean" distance
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
    (blend,), (chosen,) = union.blends, decision.thresholds
    labels, candidates = parts.score.source.catalog.labels, parts.score.candidates
    (found,) = find_neighbors(decision, parts.score)
    thresholds = _thresholds(blend, found)
    return Curve(
        system=str(blend),
        split=f"{parts.split.name}, N = {len(candidates):,}",
        measure=_measure(blend),
        thresholds=thresholds,
        f1=_f1_at(thresholds, found, labels, candidates),
        chosen=chosen,
        chosen_f1=row_f1(find_matches(found, chosen), labels, candidates=candidates),
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
    # Step i of the curve accepts the i highest similarities; step 0 accepts none.
    steps = np.searchsorted(-np.unique(accepted)[::-1], -thresholds, side="right")
    return curve.f1[steps]
