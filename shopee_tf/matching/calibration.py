"""Calibration: from a score of a pair to the probability that it is a match."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

KINDS = ("isotonic", "logistic")


class Calibrator(NamedTuple):
    """A function of the score: straight in log odds between its points, held beyond their ends.

    A logistic function is one straight line, so two points say all of it: where it reaches the
    lowest and the highest probability that `fit_calibrator` allows.
    """

    kind: str  # "isotonic" or "logistic"
    scores: np.ndarray  # [t] float64, ascending
    probabilities: np.ndarray  # [t] float64, between 0 and 1, neither of them


class Reliability(NamedTuple):
    """Pairs in bins of about as many each, in the order of what was predicted."""

    predicted: np.ndarray  # [b] float64, mean probability, ascending
    observed: np.ndarray  # [b] float64, share of pairs that are a match
    counts: np.ndarray  # [b] int64, pairs

    @property
    def error(self) -> float:
        """How far both are apart, averaged over pairs."""
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.counts))


def fit_calibrator(scores: np.ndarray, hits: np.ndarray, *, kind: str = "isotonic") -> Calibrator:
    """Fits the probability of a match to pairs that were not used to make their scores.

    "isotonic" is the best function that never falls (Zadrozny and Elkan, KDD 2002); "logistic" is
    the best line in log odds, with the targets of Platt (1999), which keep it finite even where
    some score parts all matches from the rest.

    Probabilities keep a distance of 1 / (p + 2) from 0 and 1, so that log odds are finite: p pairs
    without a match show no more than that (Laplace's rule of succession).

    Args:
      scores: [p] floats, finite.
      hits: [p] bool, which pairs are a match.
      kind: "isotonic" or "logistic".

    Raises:
      ValueError: no pair, a score that is not finite, shapes that differ, or an unknown kind.

    Example:
      >>> calibrator = fit_calibrator([0.1, 0.2, 0.3, 0.4], [False, True, False, True])
      >>> calibrate(calibrator, [0.0, 0.25, 0.9]).round(3).tolist()
      [0.167, 0.5, 0.833]
    """
    scores, hits = np.asarray(scores, np.float64), np.asarray(hits, bool)
    if scores.shape != hits.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(f"expected a hit for each score, got {scores.shape} and {hits.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("expected finite scores")
    fits = {"isotonic": _isotonic, "logistic": _logistic}
    if kind not in fits:
        raise ValueError(f"expected one of {', '.join(KINDS)}, got {kind!r}")
    return Calibrator(kind, *fits[kind](scores, hits, 1.0 / (len(scores) + 2)))


def calibrate(calibrator: Calibrator, scores: np.ndarray) -> np.ndarray:
    """The probability of a match for each score, [p] float64.

    Example:
      >>> calibrate(Calibrator("logistic", np.array([0, 1]), np.array([0.2, 0.8])), [-1, 0.5, 2])
      array([0.2, 0.5, 0.8])
    """
    return expit(np.interp(scores, calibrator.scores, logit(calibrator.probabilities)))


def _isotonic(scores, hits, margin):
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(scores, hits.astype(np.float64))
    return fitted.X_thresholds_, fitted.y_thresholds_.clip(margin, 1.0 - margin)


def _logistic(scores, hits, margin):
    """Platt's targets are given as weights: each pair counts a little for the other class too."""
    from sklearn.linear_model import LogisticRegression

    number = np.bincount(hits, minlength=2)
    doubt = np.where(hits, 1.0 / (number[1] + 2), 1.0 / (number[0] + 2))
    center, spread = scores.mean(), scores.std() or 1.0
    unit = np.tile((scores - center) / spread, 2)[:, None]
    model = LogisticRegression(C=np.inf, tol=1e-9, max_iter=1000)
    model.fit(unit, np.concatenate([hits, ~hits]), np.concatenate([1.0 - doubt, doubt]))
    slope, intercept = model.coef_[0, 0] / spread, model.intercept_[0]
    intercept -= slope * center
    # Nearly level lines would reach the ends at scores that are no finite numbers.
    if abs(slope) * (np.ptp(scores) or 1.0) < 1e-9:
        return np.zeros(1), expit([intercept]).clip(margin, 1.0 - margin)
    ends = np.array([margin, 1.0 - margin])
    at = (logit(ends) - intercept) / slope
    order = np.argsort(at)
    return at[order], ends[order]


def reliability(probabilities: np.ndarray, hits: np.ndarray, bins: int = 15) -> Reliability:
    """Compares probabilities with what came true, in bins of about as many pairs each.

    Pairs of one probability share a bin, so that the order of pairs does not matter; there may be
    fewer bins then. Most candidates are no match: of interest are often the pairs above some
    probability alone, which the caller selects.

    Args:
      probabilities: [p] floats.
      hits: [p] bool.
      bins: at most so many.

    Raises:
      ValueError: no pair, or shapes that differ.

    Example:
      >>> reliability([0.1, 0.3, 0.6, 0.8], [False, False, True, True], 2)
      Reliability(predicted=array([0.2, 0.7]), observed=array([0., 1.]), counts=array([2, 2]))
    """
    probabilities, hits = np.asarray(probabilities, np.float64), np.asarray(hits, bool)
    if probabilities.shape != hits.shape or not len(hits):
        raise ValueError(f"expected a hit for each, got {probabilities.shape} and {hits.shape}")
    _, place, count = np.unique(probabilities, return_inverse=True, return_counts=True)
    first = np.cumsum(count) - count
    _, member = np.unique((first * bins // len(hits))[place], return_inverse=True)
    counts = np.bincount(member)
    return Reliability(
        np.bincount(member, probabilities) / counts, np.bincount(member, hits) / counts, counts
    )


def expected_calibration_error(
    probabilities: np.ndarray, hits: np.ndarray, *, bins: int = 15
) -> float:
    """How far probabilities are from the share of matches, averaged over pairs.

    The bins are of equal mass (Naeini, Cooper and Hauskrecht, AAAI 2015); Guo, Pleiss, Sun and
    Weinberger, 2017, arXiv:1706.04599, has the formula.

    Example:
      >>> round(expected_calibration_error([0.1, 0.3, 0.6, 0.8], [0, 0, 1, 1], bins=2), 3)
      0.25
    """
    return reliability(probabilities, hits, bins).error
