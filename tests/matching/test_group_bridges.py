"""Connected components, less the weak edges that alone hold them together."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from shopee_tf.matching.group_bridges import RULES, connected_groups
from tfrecords.errors import UsageError


def graph_of(size: int, edges: dict) -> sparse.csr_array:
    matrix = np.zeros((size, size))
    for (one, other), probability in edges.items():
        matrix[one, other] = matrix[other, one] = probability
    return sparse.csr_array(matrix)


def labels(size: int, edges: dict, **kwargs) -> list[int]:
    rows = np.arange(size, dtype=np.int32)
    return connected_groups(rows, graph_of(size, edges), threshold=0.5, **kwargs).labels.tolist()


TRIANGLES = {(0, 1): 0.6, (0, 2): 0.6, (1, 2): 0.6, (3, 4): 0.6, (3, 5): 0.6, (4, 5): 0.6}
SQUARE = {(0, 1): 0.6, (1, 2): 0.6, (2, 3): 0.6, (3, 0): 0.6}


def test_without_a_rule_a_chain_of_pairs_is_one_group():
    assert labels(4, {(0, 2): 0.5, (2, 3): 0.9, (1, 3): 0.49}, rule="none") == [0, 1, 0, 0]


@pytest.mark.parametrize("rule", ["bridge", "triangle"])
@pytest.mark.parametrize("bridge, groups", [(0.79, [0, 0, 0, 1, 1, 1]), (0.8, [0] * 6)])
def test_a_bridge_between_triangles_is_cut_below_the_strong_line(rule, bridge, groups):
    assert labels(6, TRIANGLES | {(2, 3): bridge}, strong=0.8, rule=rule) == groups


@pytest.mark.parametrize("rule, groups", [("bridge", [0] * 4), ("triangle", [0, 1, 2, 3])])
def test_a_square_has_no_bridge_and_no_triangle(rule, groups):
    assert labels(4, SQUARE, rule=rule) == groups


@pytest.mark.parametrize("rule", RULES)
def test_a_pair_of_its_own_is_kept(rule):
    assert labels(3, {(0, 2): 0.5}, rule=rule) == [0, 1, 0]


def test_an_edge_below_the_threshold_vouches_for_none():
    assert labels(3, {(0, 1): 0.9, (1, 2): 0.6, (0, 2): 0.4}, strong=0.8, rule="triangle") == [
        0, 0, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rule", ["bridge", "triangle"])
def test_random_graphs_equal_brute_force(rule, seed):
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((40, 40)) * (rng.random((40, 40)) < 0.05), 1)
    graph = upper + upper.T
    edges = graph >= 0.3
    kept = edges.copy()
    for one, other in np.argwhere(edges):
        without = edges.copy()
        without[one, other] = without[other, one] = False
        part = connected_components(without, directed=False)[1]
        open_ = not (edges[one] & edges[other]).any()
        is_weak = part[one] != part[other] if rule == "bridge" else open_
        alone = edges[one].sum() == edges[other].sum() == 1
        kept[one, other] = not (is_weak and graph[one, other] < 0.7 and not alone)
    found = connected_groups(
        np.arange(40), sparse.csr_array(graph), threshold=0.3, strong=0.7, rule=rule
    ).labels
    expected = connected_components(kept, directed=False)[1]
    np.testing.assert_array_equal(found[:, None] == found, expected[:, None] == expected)


def test_a_path_longer_than_any_stack_of_python_is_cut_at_every_edge():
    ends = np.arange(19_999)
    half = sparse.coo_array((np.full(19_999, 0.6), (ends, ends + 1)), shape=(20_000, 20_000))
    found = connected_groups(np.arange(20_000), sparse.csr_array(half + half.T), threshold=0.5)
    assert found.labels.max() == 19_999


def test_an_unknown_rule_is_refused():
    with pytest.raises(UsageError, match="none, bridge, triangle; received 'weak'"):
        labels(2, {}, rule="weak")
