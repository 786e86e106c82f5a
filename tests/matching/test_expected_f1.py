"""The sets of the highest expected F1, against all subsets and outcomes."""

import itertools

import numpy as np
import pytest

from shopee_tf.matching.expected_f1 import best_sets, scale_odds


def expectation(probabilities, chosen) -> float:
    """The expected F1 of a row with `chosen` candidates: a sum over all that may be true."""
    total = 0.0
    for truth in itertools.product([0, 1], repeat=len(probabilities)):
        chance = np.prod(np.where(truth, probabilities, 1.0 - np.array(probabilities)))
        shared = 1 + sum(truth[place] for place in chosen)
        total += chance * 2 * shared / (2 + sum(truth) + len(chosen))
    return total


def brute_force(probabilities, limit) -> float:
    places = range(len(probabilities))
    subsets = (
        s for k in range(min(limit, len(places) + 1)) for s in itertools.combinations(places, k)
    )
    return max(expectation(probabilities, subset) for subset in subsets)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("limit", [2, 3, 50])
def test_no_subset_expects_more(seed, limit):
    probabilities = np.random.default_rng(seed).random(1 + seed % 6) ** (1 + seed % 3)
    sets = best_sets(np.zeros(len(probabilities), int), probabilities, num_rows=1, limit=limit)
    assert sets.expected_f1[0] == pytest.approx(brute_force(probabilities, limit), abs=1e-12)
    chosen = np.flatnonzero(sets.accepted)
    assert sets.expected_f1[0] == pytest.approx(expectation(probabilities, chosen), abs=1e-12)
    assert len(chosen) < limit


def test_rows_do_not_touch_each_other():
    rng = np.random.default_rng(3)
    query = np.sort(rng.integers(0, 3000, 9000))
    probabilities = rng.random(9000)
    together = best_sets(query, probabilities, num_rows=3000)
    for row in (0, 1, 1023, 1024, 2999):
        mine = query == row
        alone = best_sets(np.zeros(mine.sum(), int), probabilities[mine], num_rows=1)
        np.testing.assert_array_equal(together.accepted[mine], alone.accepted)
        assert together.expected_f1[row] == alone.expected_f1[0]
        assert together.no_match[row] == alone.no_match[0]


def test_a_row_without_candidates_is_alone_and_right():
    sets = best_sets(np.array([1]), np.array([1.0]), num_rows=3)
    assert sets.expected_f1.tolist() == [1.0, 1.0, 1.0]
    assert sets.no_match.tolist() == [1.0, 0.0, 1.0]
    assert sets.accepted.tolist() == [True]


def test_no_pairs_at_all():
    sets = best_sets(np.empty(0, int), np.empty(0), num_rows=2)
    assert sets.accepted.shape == (0,)
    assert sets.expected_f1.tolist() == [1.0, 1.0]


def test_of_candidates_of_one_probability_the_earlier_are_taken():
    sets = best_sets(np.zeros(5, int), np.full(5, 0.9), num_rows=1, limit=3)
    assert sets.accepted.tolist() == [True, True, False, False, False]


def test_of_equal_sets_the_smaller_is_taken():
    """Alone: 1 - p / 3. With a candidate of probability p: 2/3 + p / 3. Equal at p = 1/2."""
    sets = best_sets(np.zeros(1, int), np.array([0.5]), num_rows=1)
    assert sets.accepted.tolist() == [False]
    assert sets.expected_f1[0] == pytest.approx(5 / 6)


def test_the_best_of_an_unordered_list_are_taken():
    sets = best_sets(np.array([0, 0, 0]), np.array([0.1, 0.95, 0.9]), num_rows=1)
    assert sets.accepted.tolist() == [False, True, True]


def test_the_mean_of_what_is_expected_is_what_happens_to_drawn_catalogues():
    rng = np.random.default_rng(5)
    query = np.repeat(np.arange(20_000), 6)
    probabilities = rng.random(len(query)) ** 3
    sets = best_sets(query, probabilities, num_rows=20_000)
    true = rng.random(len(query)) < probabilities
    count = [1 + np.bincount(query[kept], minlength=20_000) for kept in
             (true & sets.accepted, true, sets.accepted)]  # fmt: skip
    assert np.mean(2 * count[0] / (count[1] + count[2])) == pytest.approx(
        sets.expected_f1.mean(), abs=0.005
    )


def test_a_hundred_candidates_below_the_floor_change_little():
    """What is left out of the sum costs at most a third of its probabilities."""
    query = np.zeros(101, int)
    few = best_sets(query[:1], np.array([0.8]), num_rows=1).expected_f1[0]
    many = best_sets(query, np.append(0.8, np.full(100, 2e-6)), num_rows=1).expected_f1[0]
    left_out = best_sets(query, np.append(0.8, np.full(100, 0.9e-6)), num_rows=1).expected_f1[0]
    assert few == left_out
    assert 0 < few - many < 2e-4 / 3


def test_odds_are_divided_by_the_ratio():
    """Odds of 3 become 3/2, odds of 1/4 become 1/8."""
    np.testing.assert_allclose(scale_odds(np.array([0.75, 0.2]), 2.0), [0.6, 1 / 9])


def test_the_same_size_changes_no_odds():
    np.testing.assert_array_equal(scale_odds(np.array([0.0, 0.25, 1.0]), 1.0), [0.0, 0.25, 1.0])


@pytest.mark.parametrize("ratio", [0.0, -1.0, np.inf, np.nan])
def test_a_ratio_is_a_positive_number(ratio):
    with pytest.raises(ValueError, match="ratio"):
        scale_odds(np.array([0.5]), ratio)


@pytest.mark.parametrize(
    "query, probabilities, limit, match",
    [
        ([1, 0], [0.5, 0.5], 50, "ascend"),
        ([0, 2], [0.5, 0.5], 50, "below 2"),
        ([-1, 0], [0.5, 0.5], 50, "ascend"),
        ([0], [0.5, 0.5], 50, "for each pair"),
        ([0], [1.5], 50, "between 0 and 1"),
        ([0], [np.nan], 50, "between 0 and 1"),
        ([0], [0.5], 0, "limit"),
    ],
)
def test_what_is_no_pair_is_refused(query, probabilities, limit, match):
    with pytest.raises(ValueError, match=match):
        best_sets(np.array(query), np.array(probabilities), num_rows=2, limit=limit)
