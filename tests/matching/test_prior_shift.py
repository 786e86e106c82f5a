"""The factor of odds where matches are rarer than where probabilities were fitted."""

import numpy as np
import pytest
from scipy.special import expit

from shopee_tf.matching.prior_shift import NO_SHIFT, damped, odds_factor


def drawn(number: int, *, share: float, seed: int = 0):
    """What a model fitted at a share of 0.2 says: matches around 2, strangers around -2."""
    rng = np.random.default_rng(seed)
    hits = rng.random(number) < share
    scores = rng.normal(np.where(hits, 2.0, -2.0), 1.5)
    return expit(4.0 / 1.5**2 * scores + np.log(0.2 / 0.8))


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.6])
def test_the_share_that_pairs_were_drawn_with_is_found(share):
    factor = odds_factor(drawn(50_000, share=share), share=0.2)
    np.testing.assert_allclose(factor, share / (1 - share) * 4.0, rtol=0.1)


def test_it_is_where_the_steps_of_saerens_latinne_and_decaestecker_end():
    probabilities, share = drawn(1000, share=0.05), 0.2
    for _ in range(2000):
        match = probabilities * share / 0.2
        share = (match / (match + (1 - probabilities) * (1 - share) / 0.8)).mean()
    found = odds_factor(probabilities, share=0.2)
    np.testing.assert_allclose(found, share / (1 - share) * 4.0, rtol=1e-4)


def test_where_nothing_looks_like_a_match_a_thousandth_is_left():
    assert odds_factor(np.full(100, 0.001), share=0.2) == 1e-3


def test_certain_strangers_and_matches_are_counted():
    assert odds_factor(np.repeat([1.0, 0.0], [20, 80]), share=0.2) == pytest.approx(1.0)


def test_without_pairs_nothing_is_known():
    assert odds_factor(np.zeros(0), share=0.2) == NO_SHIFT.factor


def test_a_share_must_leave_both_kinds_of_pairs():
    with pytest.raises(ValueError, match="above 0 and below 1, got 1.0"):
        odds_factor(np.array([0.5]), share=1.0)


def test_damping_keeps_the_order_and_has_no_step():
    factors = np.linspace(0.001, 2.0, 4000)
    steps = np.diff([damped(factor) for factor in factors])
    assert steps.min() >= 0
    assert steps.max() < 0.003
