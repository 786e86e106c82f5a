"""Fusion: what several systems say of a pair becomes one number, the log odds of a match."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, logit

from shopee_tf.matching.blending import best_weights
from shopee_tf.matching.boundary import boundary_log_odds, fit_boundary
from shopee_tf.matching.calibration import Calibrator, calibrate, fit_calibrator
from shopee_tf.matching.pair_model import (
    Evidence,
    Truth,
    fit_pair_model,
    pair_log_odds,
)
from shopee_tf.matching.pairs import Pairs, sweep


class Fusion(NamedTuple):
    """How similarities are fused, with all that was fitted."""

    kind: str  # one of `FUSIONS`
    parameters: Any  # NamedTuples and tuples of arrays
    calibrator: Calibrator  # from the fused score to the probability of a match


class FittedFusion(NamedTuple):
    """A fusion, and the probabilities it gives pairs that it was not fitted on."""

    fusion: Fusion
    probabilities: np.ndarray  # [p] float64, the same in both directions


AS_IT_IS = Calibrator("none", np.array([-20.0, 20.0]), expit([-20.0, 20.0]))
"""The log odds themselves."""


_SILENT = Calibrator("isotonic", np.zeros(1), np.full(1, 1e-12))
"""Of a system that found no match to learn from."""


class _Kind(NamedTuple):
    fit: Callable[[Evidence, Truth, np.ndarray], tuple[Any, np.ndarray]]
    score: Callable[[Any, Evidence], np.ndarray]


def fit_fusion(
    kind: str,
    evidence: Evidence,
    truth: Truth,
    sizes: np.ndarray,
    *,
    calibration: str | None = None,
) -> FittedFusion:
    """Fits a fusion and its calibrator.

    Args:
      kind: "sum", the weighted mean of similarities; "squared", of their squares, by which a
        system that is sure outweighs several that are not; "noisy_or", the probability that at
        least one system is right where each is calibrated alone; "boundary", see `boundary`; or
        "pairs", see `pair_model`.
      evidence: p pairs of a catalogue searched in itself.
      truth: of these. A pair model's calibrator is fitted on what is out-of-fold; the others have
        too few numbers to learn pairs by heart.
      sizes: [m] how many listings found could be of each row's product, itself among them.
      calibration: "logistic", "isotonic", or "none": scores are log odds already. Where not given
        logistic, but none of pairs: their trees are better calibrated as they are.

    Raises:
      ValueError: no such kind, or pairs to fit on that are all matches, or none.
    """
    if kind not in FUSIONS:
        raise ValueError(f"expected one of {', '.join(FUSIONS)}, got {kind!r}")
    hits = truth.hits[truth.known]
    if hits.all() or not hits.any():
        raise ValueError("expected pairs that are a match and pairs that are not")
    parameters, scores = FUSIONS[kind].fit(evidence, truth, sizes)
    calibration = calibration or ("none" if kind == "pairs" else "logistic")
    used = truth.known & np.isfinite(scores)
    calibrator = AS_IT_IS
    if calibration != "none":
        calibrator = fit_calibrator(scores[used], truth.hits[used], kind=calibration)
    fusion = Fusion(kind, parameters, calibrator)
    return FittedFusion(fusion, _probabilities(fusion, scores))


def fuse(fusion: Fusion, evidence: Evidence) -> np.ndarray:
    """The probability that each pair is a match, [p] float64, the same in both directions."""
    return _probabilities(fusion, FUSIONS[fusion.kind].score(fusion.parameters, evidence))


def fuse_alone(fusion: Fusion, evidence: Evidence) -> np.ndarray:
    """The probability that each pair is a match by its own similarities, [p] float64.

    A model of pairs looks at neighbours too, and takes the best neighbour of a listing that has no
    partner for one. Its boundary does not.
    """
    if fusion.kind == "pairs":
        return expit(boundary_log_odds(fusion.parameters.boundary, evidence.table.similarities))
    return fuse(fusion, evidence)


def _probabilities(fusion, scores):
    """Pairs that were dropped, at minus infinity, have none."""
    kept = np.isfinite(scores)
    probabilities = np.zeros(len(scores))
    probabilities[kept] = calibrate(fusion.calibrator, scores[kept])
    return probabilities


def _weighted(power: int) -> _Kind:
    def score(weights, evidence):
        # Below 0 a similarity tells as little as at 0, and its square would tell the opposite.
        similarities = np.maximum(evidence.table.similarities, 0.0).astype(np.float64)
        return np.tensordot(weights, similarities**power, axes=1)

    def fit(evidence, truth, sizes):
        query = evidence.table.query[truth.known]
        rows, place = np.unique(query, return_inverse=True)
        ones = np.ones(len(rows), np.int64)
        truth_sizes = sizes[rows]

        def f1(weights):
            similarity = score(weights, evidence)[truth.known]
            pairs = Pairs(place, similarity, truth.hits[truth.known])
            return sweep(pairs, predicted=ones, correct=ones, truth=truth_sizes)[1].max()

        weights = np.array(best_weights(len(evidence.table.similarities), f1))
        return weights, score(weights, evidence)

    return _Kind(fit, score)


def _fit_noisy_or(evidence, truth, sizes):
    """Each system is calibrated on the pairs that it knows; where it knows nothing it is silent."""
    similarities = evidence.table.similarities
    calibrators = []
    for values in similarities:
        used = truth.known & (values != 0)
        found = truth.hits[used]
        calibrators.append(fit_calibrator(values[used], found) if found.any() else _SILENT)
    calibrators = tuple(calibrators)
    return calibrators, _noisy_or(calibrators, evidence)


def _noisy_or(calibrators, evidence):
    wrong = np.ones(len(evidence.table.query))
    for calibrator, values in zip(calibrators, evidence.table.similarities, strict=True):
        wrong *= np.where(values != 0, 1.0 - calibrate(calibrator, values), 1.0)
    return logit(1.0 - wrong.clip(1e-12, 1.0 - 1e-12))


def _fit_boundary(evidence, truth, sizes):
    boundary = fit_boundary(evidence.table.similarities[:, truth.known], truth.hits[truth.known])
    return boundary, _by_boundary(boundary, evidence)


def _by_boundary(boundary, evidence):
    return boundary_log_odds(boundary, evidence.table.similarities)


def _fit_pairs(evidence, truth, sizes):
    fitted = fit_pair_model(evidence, truth)
    return fitted.model, fitted.out_of_fold


FUSIONS = {
    "sum": _weighted(1),
    "squared": _weighted(2),
    "noisy_or": _Kind(_fit_noisy_or, _noisy_or),
    "boundary": _Kind(_fit_boundary, _by_boundary),
    "pairs": _Kind(_fit_pairs, pair_log_odds),
}
