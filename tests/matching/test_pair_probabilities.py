"""Both directions of a pair become one probability."""

import numpy as np
import pytest

from shopee_tf.matching.pair_probabilities import PairProbabilities, symmetric


def pairs(rows, others, probability) -> PairProbabilities:
    return PairProbabilities(
        np.array(rows, np.int32), np.array(others, np.int32), np.array(probability, np.float32)
    )


def test_two_directions_are_joined_by_their_mean_and_one_is_taken_as_it_is():
    graph = symmetric(pairs([2, 4, 9], [[4, 9], [2, -1], [-1, -1]], [[0.5, 0.75], [1, 0], [0, 0]]))
    np.testing.assert_array_equal(graph.toarray(), [[0, 0.75, 0.75], [0.75, 0, 0], [0.75, 0, 0]])


def test_a_candidate_of_probability_0_is_stored():
    assert symmetric(pairs([0, 1], [[1], [-1]], [[0.0], [0.0]])).nnz == 2


def test_rows_that_are_no_query_and_the_row_itself_are_left_out():
    graph = symmetric(pairs([2, 4], [[2, 3], [7, 2]], [[0.9, 0.9], [0.9, 0.5]]))
    np.testing.assert_array_equal(graph.toarray(), [[0, 0.5], [0.5, 0]])


def test_many_random_pairs_equal_a_loop_over_them():
    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(60, 25, replace=False))
    others = np.array([rng.choice(60, 9, replace=False) for _ in rows])
    others[rng.random(others.shape) < 0.3] = -1
    probability = np.where(others < 0, 0, rng.random(others.shape)).astype(np.float32)
    found: dict = {}
    for row, line, values in zip(rows, others, probability):
        for other, value in zip(line, values):
            if other in rows and other != row:
                found.setdefault(frozenset([row, other]), []).append(value)
    expected = np.zeros((25, 25))
    for pair, values in found.items():
        one, other = np.searchsorted(rows, sorted(pair))
        expected[one, other] = expected[other, one] = np.mean(values, dtype=np.float64)
    np.testing.assert_allclose(symmetric(pairs(rows, others, probability)).toarray(), expected)


def test_no_queries_give_no_pairs():
    assert symmetric(pairs([], np.empty((0, 3)), np.empty((0, 3)))).shape == (0, 0)


def test_queries_must_ascend():
    with pytest.raises(ValueError, match="ascending order"):
        symmetric(pairs([4, 2], [[2], [4]], [[1.0], [1.0]]))
