"""Pairs of listings against numbers worked on paper."""

import itertools

import numpy as np
import pytest

from shopee_tf.metrics import pair_agreement

LABELS = np.array([1, 1, 1, 2, 2])


def test_a_pair_that_both_sides_claim_counts_once():
    found = pair_agreement({0: [0, 1], 1: [1, 0], 2: [2], 3: [3, 2], 4: [4]}, LABELS)
    # Claimed {01, 23}, true {01, 02, 12, 34}.
    assert found == pytest.approx((1 / 2, 1 / 4, 1 / 3))


def test_pairs_among_rows_that_are_not_asked_about_do_not_count():
    found = pair_agreement({0: [0, 3], 1: [1, 2]}, LABELS, candidates=np.arange(5))
    # Claimed {03, 12}, true with 0 or 1 in it {01, 02, 12}.
    assert found == pytest.approx((1 / 2, 1 / 3, 2 / 5))


@pytest.mark.parametrize(("labels", "expected"), [([1, 2, 3], (1, 1, 1)), ([1, 1, 2], (1, 0, 0))])
def test_where_nothing_is_claimed(labels, expected):
    assert pair_agreement({0: [0], 1: [1], 2: [2]}, np.array(labels)) == expected


def test_as_counted_pair_by_pair():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 8, 30)
    matches = {row: [row, *rng.choice(30, 4).tolist()] for row in range(30)}
    pairs = list(itertools.combinations(range(30), 2))
    claimed = {(a, b) for a, b in pairs if b in matches[a] or a in matches[b]}
    true = {(a, b) for a, b in pairs if labels[a] == labels[b]}
    both, total = len(claimed & true), len(claimed) + len(true)
    expected = (both / len(claimed), both / len(true), 2 * both / total)
    assert pair_agreement(matches, labels) == pytest.approx(expected)


def test_no_rows():
    with pytest.raises(ValueError, match="at least one row"):
        pair_agreement({}, LABELS)
