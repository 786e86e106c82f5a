"""Average linkage of log odds, as long as the prior of sizes allows a union."""

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


def test_the_highest_mean_comes_first():
    """0 and 1 join at 2.197; with 2 their mean is (1.386 - 1.099) / 2, less than 0.405 of 2 and 3.

    Then the mean of the four pairs between them is (1.386 - 3 x 1.099) / 4, below 0.
    """
    assert labels(4, CHAIN | {(2, 3): 0.6}, default=0.25) == [0, 0, 1, 1]


def test_a_prior_that_knows_pairs_alone_makes_pairs():
    prior = SizePrior(np.array([0, 0, 100]), 0.1)
    assert labels(4, {(0, 1): 0.3, (1, 2): 0.4, (2, 3): 0.3}, prior=prior) == [0, 1, 1, 2]
    assert labels(4, {(0, 1): 0.3, (2, 3): 0.3}, prior=prior) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "p, weight, groups",
    [(0.88, 1, [0, 1]), (0.9, 1, [0, 0]), (0.8, 0.5, [0, 0]), (0.6, 0.5, [0, 1]), (0.6, 0, [0, 0])],
)
def test_a_prior_of_single_listings_wants_more_evidence_by_its_weight(p, weight, groups):
    """P(2) / P(1)^2 is 0.1237: odds of 8.09 are wanted at weight 1, of 2.84 at one half."""
    prior = SizePrior(np.array([0, 90, 10]), 0.1)
    assert labels(2, {(0, 1): p}, prior=prior, weight=weight) == groups


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("with_prior", [False, True])
def test_random_graphs_equal_a_loop_over_all_pairs_of_groups(seed, with_prior):
    rng = np.random.default_rng(seed)
    size = 24
    present = np.triu(rng.random((size, size)) < 0.3, 1)
    upper = np.where(present, rng.random((size, size)), 0)
    prior = count_sizes(rng.integers(0, 9, size), smoothing=1) if with_prior else None
    graph = sparse.csr_array(upper + upper.T)
    found = merged_groups(np.arange(size), graph, prior=prior, weight=0.7, default=0.2).labels
    np.testing.assert_array_equal(found, _slowly(upper + upper.T, prior, weight=0.7, default=0.2))


def _slowly(matrix: np.ndarray, prior, *, weight: float, default: float) -> np.ndarray:
    size = len(matrix)
    odds = np.where(matrix > 0, matrix, default).clip(1e-4, 1 - 1e-4)
    odds = np.log(odds / (1 - odds))
    shares = np.zeros(size + 1) if prior is None else log_shares(prior, size)
    groups = [[row] for row in range(size)]
    while True:
        best, pair = -np.inf, None
        for one, other in itertools.combinations(groups, 2):
            between = np.ix_(one, other)
            ratio = shares[len(one) + len(other)] - shares[len(one)] - shares[len(other)]
            mean = odds[between].mean()
            if matrix[between].any() and mean + weight * ratio > 0 and mean > best:
                best, pair = mean, (one, other)
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


def test_all_that_is_certain_becomes_one_group():
    assert labels(30, dict.fromkeys(itertools.combinations(range(30), 2), 1.0)) == [0] * 30


@pytest.mark.parametrize("size", [0, 1, 3])
def test_rows_without_candidates_stay_alone(size):
    assert labels(size, {}, prior=count_sizes(np.array([1, 1]))) == list(range(size))


@pytest.mark.parametrize("default", [0, 1, -0.1, np.nan])
def test_a_default_that_is_no_probability_is_refused(default):
    with pytest.raises(UsageError, match="between 0 and 1"):
        labels(2, {}, default=default)


@pytest.mark.parametrize("weight", [-0.1, np.nan, np.inf])
def test_a_weight_that_is_no_number_from_0_is_refused(weight):
    with pytest.raises(UsageError, match="weight: expected a number from 0"):
        labels(2, {}, weight=weight)
