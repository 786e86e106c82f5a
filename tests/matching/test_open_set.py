"""The probability that a row matches nothing."""

import numpy as np
import pytest

from shopee_tf.matching.open_set import no_match_probability
from shopee_tf.matching.pair_probabilities import PairProbabilities


def no_match(probability: list[float], others: list[int] | None = None) -> float:
    others = list(range(1, len(probability) + 1)) if others is None else others
    pairs = PairProbabilities(
        np.array([0], np.int32), np.array([others], np.int32), np.array([probability], np.float32)
    )
    return float(no_match_probability(pairs)[0])


@pytest.mark.parametrize(
    "probability, expected", [([0.5, 0.5], 0.25), ([0.2, 0, 0.75], 0.2), ([1, 0.5], 0), ([0], 1)]
)
def test_all_candidates_have_to_fail(probability, expected):
    assert no_match(probability) == pytest.approx(expected, rel=1e-6)


def test_padding_is_no_candidate_whatever_stands_there():
    assert no_match([0.5, 0.9], [3, -1]) == 0.5


def test_a_row_without_candidates_matches_nothing():
    assert no_match([0, 0], [-1, -1]) == 1


def test_many_small_probabilities_are_not_rounded_away():
    assert no_match([1e-7] * 1000) == pytest.approx(1 - 1e-4, abs=1e-8)
