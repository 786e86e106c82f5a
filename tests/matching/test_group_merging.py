"""Merging groups while the log odds of all pairs between them, and the prior of sizes, gain."""

import itertools

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.matching.group_merging import merged_groups
from shopee_tf.matching.group_sizes import SizePrior, count_sizes, log_shares
from tfrecords.errors import UsageError


def graph_of(size: int, edges: dict) -> sparse.csr_array:
    matrix = np.zeros((size, size))
    for (one, other), probability in edges.items():
        matrix[one, other] = matrix[other, one] = probability
    return sparse.csr_array(matrix)


def labels(size: int, edges: dict, **kwargs) -> list[int]:
    return merged_groups(np.arange(size), graph_of(size, edges), **kwargs).labels.tolist()


CHAIN = {(0, 1): 0.9, (1, 2): 0.8}  # log odds 2.197 and 1.386


@pytest.mark.parametrize("default, groups", [(0.25, [0, 0, 0]), (0.19, [0, 0, 1])])
def test_pairs_that_are_no_candidates_speak_against_a_merge(default, groups):
    """The third row joins where 1.386 outweighs the default's -1.099, not -1.450."""
    assert labels(3, CHAIN, default=default) == groups


def test_a_doubtful_candidate_speaks_against_a_merge():
    assert labels(3, CHAIN | {(0, 2): 0.1}, default=0.5) == [0, 0, 1]


def test_no_pair_above_one_half_leaves_every_row_alone():
    assert labels(3, {(0, 1): 0.5, (1, 2): 0.3}) == [0, 1, 2]


def test_a_prior_that_knows_pairs_alone_makes_pairs():
    prior = SizePrior(np.array([0, 0, 100]), 0.1)
    assert labels(4, {(0, 1): 0.3, (1, 2): 0.4, (2, 3): 0.3}, prior=prior) == [0, 1, 1, 2]
    assert labels(4, {(0, 1): 0.3, (2, 3): 0.3}, prior=prior) == [0, 0, 1, 1]


def test_a_prior_of_single_listings_wants_more_evidence():
    prior = SizePrior(np.array([0, 90, 10]), 0.1)  # P(2) / P(1)^2 is about 0.124, odds 8 to 1
    assert labels(2, {(0, 1): 0.88}, prior=prior) == [0, 1]
    assert labels(2, {(0, 1): 0.91}, prior=prior) == [0, 0]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("with_prior", [False, True])
def test_random_graphs_equal_a_loop_over_all_pairs_of_groups(seed, with_prior):
    rng = np.random.default_rng(seed)
    size = 24
    present = np.triu(rng.random((size, size)) < 0.3, 1)
    upper = np.where(present, rng.random((size, size)), 0)
    prior = count_sizes(rng.integers(0, 9, size), smoothing=1) if with_prior else None
    graph = sparse.csr_array(upper + upper.T)
    found = merged_groups(np.arange(size), graph, prior=prior, default=0.2).labels
    np.testing.assert_array_equal(found, _slowly(upper + upper.T, prior, 0.2))


def _slowly(matrix: np.ndarray, prior: SizePrior | None, default: float) -> np.ndarray:
    size = len(matrix)
    odds = np.where(matrix > 0, matrix, default).clip(1e-4, 1 - 1e-4)
    odds = np.log(odds / (1 - odds))
    shares = np.zeros(size + 1) if prior is None else log_shares(prior, size)
    groups = [[row] for row in range(size)]
    while True:
        best, pair = 0.0, None
        for one, other in itertools.combinations(groups, 2):
            between = np.ix_(one, other)
            ratio = shares[len(one) + len(other)] - shares[len(one)] - shares[len(other)]
            gain = odds[between].sum() + ratio
            if matrix[between].any() and gain > best + 1e-12:
                best, pair = gain, (one, other)
        if pair is None:
            break
        groups = [part for part in groups if part not in pair] + [pair[0] + pair[1]]
    labels = np.empty(size, int)
    for number, part in enumerate(sorted(groups, key=min)):
        labels[part] = number
    return labels


@pytest.mark.parametrize("pro, contra, groups", [(1, 0.001, [0, 0, 0]), (0.999, 0, [0, 0, 1])])
def test_certain_and_impossible_pairs_count_as_nearly_so(pro, contra, groups):
    """Their log odds are 9.21 and -9.21; those of 0.999 and 0.001 are 6.91 and -6.91."""
    ends = [0, 1, 0, 2, 1, 2], [1, 0, 2, 0, 2, 1]
    graph = sparse.csr_array(([1.0, 1, pro, pro, contra, contra], ends))
    assert merged_groups(np.arange(3), graph).labels.tolist() == groups


@pytest.mark.parametrize("size", [0, 1, 3])
def test_rows_without_candidates_stay_alone(size):
    assert labels(size, {}, prior=count_sizes(np.array([1, 1]))) == list(range(size))


@pytest.mark.parametrize("default", [0, 1, -0.1, np.nan])
def test_a_default_that_is_no_probability_is_refused(default):
    with pytest.raises(UsageError, match="between 0 and 1"):
        labels(2, {}, default=default)
