"""F1 of rows against numbers worked on paper."""

import numpy as np
import pytest

from shopee_tf.metrics import row_f1, score_rows


def test_f1_of_half_right_matches():
    scores = score_rows({0: [0, 1, 2]}, np.array([5, 5, 6, 5]), candidates=np.arange(4))
    # T = {0, 1, 3}, P = {0, 1, 2}: F1 = 2 * 2 / (3 + 3).
    assert scores.f1[0] == pytest.approx(4 / 6)
    assert scores.precision[0] == pytest.approx(2 / 3)
    assert scores.recall[0] == pytest.approx(2 / 3)


def test_only_itself_in_a_group_of_two():
    assert row_f1({0: [0], 1: [1]}, np.array([3, 3])) == pytest.approx(2 / 3)


def test_group_of_51_under_the_cap_of_50():
    matches = {
        row: [row] + [other for other in range(51) if other != row][:49] for row in range(51)
    }
    assert row_f1(matches, np.zeros(51, int)) == pytest.approx(2 * 50 / (51 + 50))


def test_candidates_bound_the_truth():
    labels = np.array([1, 1, 1])
    assert row_f1({0: [0, 1]}, labels, candidates=np.array([0, 1])) == 1.0
    assert row_f1({0: [0, 1]}, labels, candidates=np.arange(3)) == pytest.approx(4 / 5)


def test_a_row_that_does_not_list_itself_is_scored_as_it_stands():
    assert row_f1({0: [1], 1: [1, 0]}, np.array([1, 1])) == pytest.approx((2 / 3 + 1) / 2)


def test_no_rows():
    with pytest.raises(ValueError, match="at least one row"):
        row_f1({}, np.array([1]))
