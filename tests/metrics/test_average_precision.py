"""Mean average precision against numbers worked on paper."""

import numpy as np
import pytest

from shopee_tf.metrics import mean_average_precision

LABELS = np.array([1, 1, 1, 2, 2, 3])


def test_the_precision_at_the_rank_of_each_partner():
    # Of row 0 the partners 1 and 2 stand at ranks 1 and 3: (1 / 1 + 2 / 3) / 2.
    found = mean_average_precision({0: [0, 1, 3, 2]}, LABELS, candidates=np.arange(6))
    assert found == pytest.approx(5 / 6)


def test_a_partner_that_is_not_in_the_list_counts_as_nothing():
    found = mean_average_precision({0: [0, 3, 2]}, LABELS, candidates=np.arange(6))
    assert found == pytest.approx((1 / 2) / 2)


def test_rows_without_a_partner_are_left_out():
    assert mean_average_precision({3: [3, 4], 4: [4, 3], 5: [5, 0]}, LABELS) == 1
    assert mean_average_precision({5: [5, 0], 0: [0]}, LABELS) is None


def test_where_the_row_itself_stands_makes_no_difference():
    here, there = {3: [3, 0, 4], 4: [4, 3]}, {3: [0, 4, 3], 4: [3]}
    everyone = np.arange(6)
    assert mean_average_precision(here, LABELS, candidates=everyone) == mean_average_precision(
        there, LABELS, candidates=everyone
    )


def test_as_computed_row_by_row():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 6, 25)
    ranked = {row: rng.permutation(25)[:12].tolist() for row in range(25)}
    expected = []
    for row, found in ranked.items():
        hits = np.array([labels[other] == labels[row] for other in found if other != row])
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        partners = np.count_nonzero(labels == labels[row]) - 1
        expected += [precision[hits].sum() / partners] if partners else []
    assert mean_average_precision(ranked, labels) == pytest.approx(np.mean(expected))
