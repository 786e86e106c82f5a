"""The best neighbour of a row, judged more mildly."""

import numpy as np
import pytest

from shopee_tf.matching.at_least_one import favour_best
from shopee_tf.matching.thresholds import find_matches
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError


def three() -> Neighbors:
    found = [[0, 1, 2], [1, 0, 2], [2, -1, -1]]
    similarities = [[1, 0.75, 0.5], [1, 0.5, 0.25], [1, -np.inf, -np.inf]]
    return Neighbors(np.arange(3), *map(np.array, (found, similarities)))


@pytest.mark.parametrize(
    "bonus, matches",
    [
        (0.0, {0: [0], 1: [1], 2: [2]}),
        (0.25, {0: [0, 1], 1: [1], 2: [2]}),
        (np.inf, {0: [0, 1], 1: [1, 0], 2: [2]}),
    ],
)
def test_the_best_alone_is_accepted_from_a_lower_line(bonus, matches):
    assert find_matches(favour_best(three(), bonus=bonus), 0.8) == matches


def test_of_distances_the_bonus_is_bits():
    bits = Neighbors(np.array([4]), np.array([[4, 7, 9]]), np.array([[0.0, -9, -10]]))
    assert favour_best(bits, bonus=5).similarities.tolist() == [[0, -4, -10]]


@pytest.mark.parametrize("bonus", [-0.1, np.nan])
def test_a_bonus_below_zero_is_refused(bonus):
    with pytest.raises(UsageError, match="at least 0"):
        favour_best(three(), bonus=bonus)
