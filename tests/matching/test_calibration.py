"""Scores become probabilities, and these are compared with what came true."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from shopee_tf.matching.calibration import (
    KINDS,
    Calibrator,
    calibrate,
    expected_calibration_error,
    fit_calibrator,
    reliability,
)


def drawn(number: int, *, slope: float = 5.0, intercept: float = -2.0):
    rng = np.random.default_rng(0)
    scores = rng.random(number)
    return scores, rng.random(number) < expit(slope * scores + intercept)


def test_isotonic_passes_through_the_points_of_scikit_learn():
    scores, hits = drawn(500)
    expected = IsotonicRegression(out_of_bounds="clip").fit(scores, hits).predict(scores)
    found = calibrate(fit_calibrator(scores, hits, kind="isotonic"), scores)
    np.testing.assert_allclose(found, expected.clip(1 / 502, 1 - 1 / 502), atol=1e-12)


def test_logistic_finds_the_line_that_the_pairs_were_drawn_from():
    scores, hits = drawn(100_000)
    at = np.array([0.0, 0.5, 1.0])
    found = calibrate(fit_calibrator(scores, hits, kind="logistic"), at)
    np.testing.assert_allclose(logit(found), 5.0 * at - 2.0, atol=0.06)


def test_logistic_is_a_straight_line_in_log_odds_up_to_its_ends():
    calibrator = fit_calibrator([1.0, 2.0, 3.0, 4.0], [False, True, False, True], kind="logistic")
    low, high = calibrator.scores
    at = np.linspace(low, high, 7)
    np.testing.assert_allclose(np.diff(logit(calibrate(calibrator, at)), n=2), 0, atol=1e-12)


def test_logistic_gives_separated_pairs_the_targets_of_platt():
    """Two scores with a class each: the line goes through (1 + 2) / (2 + 2) and 1 / (3 + 2)."""
    calibrator = fit_calibrator([0, 0, 0, 1, 1], [0, 0, 0, 1, 1], kind="logistic")
    np.testing.assert_allclose(calibrate(calibrator, [0, 1]), [0.2, 0.75], atol=1e-4)


def test_logistic_may_fall():
    scores, hits = drawn(1000)
    falling = calibrate(fit_calibrator(-scores, hits, kind="logistic"), -scores)
    rising = calibrate(fit_calibrator(scores, hits, kind="logistic"), scores)
    np.testing.assert_allclose(falling, rising, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_stay_away_from_0_and_1(kind):
    calibrator = fit_calibrator(np.arange(8), np.arange(8) > 3, kind=kind)
    found = calibrate(calibrator, [-1e9, 0, 3, 4, 7, 1e9])
    assert (np.diff(found) >= 0).all()
    np.testing.assert_allclose(found[[0, -1]], [0.1, 0.9])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit", [False, True])
def test_pairs_of_one_class_give_one_probability(kind, hit):
    calibrator = fit_calibrator([0.5, 0.7], [hit, hit], kind=kind)
    np.testing.assert_allclose(calibrate(calibrator, [0.1, 0.9]), 0.75 if hit else 0.25, atol=1e-4)


def test_between_its_points_a_calibrator_is_straight_in_log_odds():
    calibrator = Calibrator("isotonic", np.array([0.0, 2.0]), expit(np.array([-3.0, 1.0])))
    np.testing.assert_allclose(calibrate(calibrator, [-5, 0.5, 9]), expit([-3.0, -2.0, 1.0]))


@pytest.mark.parametrize(
    "scores, hits, kind, match",
    [
        ([0.1, np.nan], [True, False], "isotonic", "finite"),
        ([], [], "isotonic", "hit for each"),
        ([0.1], [True, False], "isotonic", "hit for each"),
        ([0.1], [True], "platt", "expected one of isotonic, logistic, got 'platt'"),
    ],
)
def test_what_cannot_be_fitted_is_said(scores, hits, kind, match):
    with pytest.raises(ValueError, match=match):
        fit_calibrator(scores, hits, kind=kind)


def test_bins_hold_as_many_pairs_each():
    probabilities = np.random.default_rng(1).random(60)
    found = reliability(probabilities, probabilities > 0.5, 6)
    assert found.counts.tolist() == [10] * 6
    np.testing.assert_allclose(found.predicted, np.sort(probabilities).reshape(6, 10).mean(axis=1))


def test_pairs_of_one_probability_share_a_bin():
    found = reliability([0.2, 0.2, 0.2, 0.9], [True, False, False, True], 4)
    np.testing.assert_allclose(found.predicted, [0.2, 0.9])
    np.testing.assert_allclose(found.observed, [1 / 3, 1])
    assert found.counts.tolist() == [3, 1]


def test_the_error_is_weighted_by_pairs():
    """(3 |0.2 - 1/3| + |0.9 - 1|) / 4."""
    error = expected_calibration_error([0.2, 0.2, 0.2, 0.9], [True, False, False, True], bins=4)
    assert error == pytest.approx((3 * (1 / 3 - 0.2) + 0.1) / 4)


def test_nothing_has_no_reliability():
    with pytest.raises(ValueError, match="hit for each"):
        reliability([], [])
