"""Pairs in both directions, and how each stands among the others of its rows."""

import numpy as np
import pytest

from shopee_tf.matching.blending import Candidates
from shopee_tf.matching.pair_features import (
    NEIGHBORHOOD,
    keep_pairs,
    neighborhood_features,
    nth_best,
    pair_table,
    ranks,
    support,
    title_facts,
)

# Rows 10, 11, 12, 13. 10 found 11 and 12; 11 found 10; 12 found nothing; 13 found 12.
FOUND = Candidates(
    np.array([10, 11, 12, 13], np.int32),
    np.array([[11, 12], [10, -1], [-1, -1], [12, -1]], np.int32),
    np.array([[[0.9, 0.5], [0.9, 0.0], [0.0, 0.0], [0.25, 0.0]]], np.float32),
)
TABLE = pair_table(FOUND)
SIMILAR = TABLE.similarities[0]


def test_each_pair_stands_in_both_directions():
    pairs = list(zip(TABLE.rows[TABLE.query].tolist(), TABLE.rows[TABLE.other].tolist()))
    assert pairs == [(10, 11), (10, 12), (11, 10), (12, 10), (12, 13), (13, 12)]
    assert [pairs[back] for back in TABLE.back] == [(other, query) for query, other in pairs]


def test_both_directions_have_the_same_similarity():
    np.testing.assert_array_equal(SIMILAR, np.float32([0.9, 0.5, 0.9, 0.5, 0.25, 0.25]))


def test_kept_pairs_know_their_way_back():
    kept = keep_pairs(TABLE, SIMILAR >= 0.5)
    assert kept.query.tolist() == [0, 0, 1, 2]
    assert kept.back.tolist() == [2, 3, 0, 1]


def test_a_table_without_pairs():
    nothing = Candidates(np.arange(2), np.full((2, 1), -1), np.zeros((3, 2, 1), np.float32))
    table = pair_table(nothing)
    assert table.similarities.shape == (3, 0)
    assert neighborhood_features(table, np.empty(0)).shape == (13, 0)


def test_ranks_fall_with_the_score_and_ties_keep_their_order():
    query, scores = np.array([0, 0, 0, 2, 2]), np.array([0.1, 0.7, 0.1, 0.3, 0.4])
    assert ranks(query, scores).tolist() == [1, 0, 2, 1, 0]


def test_the_nth_best_of_rows_with_fewer_pairs_is_zero():
    rank = ranks(TABLE.query, SIMILAR)
    second = nth_best(TABLE.query, SIMILAR, rank, nth=1, rows=4)
    np.testing.assert_array_equal(second, np.float32([0.5, 0, 0.25, 0]))


def test_support_is_the_sum_over_common_neighbours():
    rng = np.random.default_rng(0)
    similar = np.triu(rng.random((6, 6), np.float32), 1)
    similar += similar.T
    others = np.array([[other for other in range(6) if other != row] for row in range(6)])
    values = np.take_along_axis(similar, others, axis=1)
    table = pair_table(Candidates(np.arange(6), others, values[None]))
    expected = (similar.astype(np.float64) @ similar)[table.query, table.other]
    np.testing.assert_allclose(support(table, table.similarities[0]), expected, rtol=1e-6)


def test_the_features_of_one_pair_by_hand():
    of_10_and_12 = neighborhood_features(TABLE, SIMILAR)[:, 1]
    expected = [
        1, 0,  # second of 10, first of 12
        0.9, 0.5, 0, 0, 0, 0,  # best, third and eighth best of either
        0,  # no common neighbour
        1.4, 0.75,  # all that 10 has, and 12
        0, 0,
    ]  # fmt: skip
    np.testing.assert_allclose(of_10_and_12, np.float32(expected), rtol=1e-6)
    assert len(NEIGHBORHOOD) == len(expected)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("sabun 20 ml", "sabun 30 ml", [1, 0, 11]),
        ("sabun 20 ml", "sabun 0,02 liter baru", [0, 0, 11]),
        ("sabun isi 3 pcs", "sabun isi 5 pcs", [0, 1, 15]),
    ],
)
def test_facts_of_titles(first, second, expected):
    found = Candidates(np.arange(2), np.array([[1], [0]]), np.ones((1, 2, 1), np.float32))
    facts = title_facts(pair_table(found), [first, second])
    np.testing.assert_array_equal(facts, np.float32([[value] * 2 for value in expected]))
