"""A partition of the rows, and the matches it stands for."""

import numpy as np
from scipy import sparse

from shopee_tf.matching.groups import Groups, group_matches, group_members, number_groups


def test_groups_are_numbered_by_first_appearance():
    groups = number_groups(np.array([3, 5, 6, 9]), np.array([40, 7, 40, 8]))
    assert groups.labels.tolist() == [0, 1, 0, 2]


def test_members_stand_in_the_order_of_their_groups():
    assert [part.tolist() for part in group_members(np.array([1, 0, 1]))] == [[1], [0, 2]]


def test_no_rows_have_no_groups():
    assert group_members(number_groups(np.empty(0, int), np.empty(0, int)).labels) == []


def test_a_row_matches_its_group_itself_first_then_by_probability_ties_by_row():
    graph = np.zeros((4, 4))
    graph[0, 3] = graph[3, 0] = 0.9
    graph[1, 2] = graph[2, 1] = 0.9
    groups = Groups(np.array([2, 3, 5, 8]), np.array([0, 1, 0, 0]))
    assert group_matches(groups, sparse.csr_array(graph)) == {
        2: [2, 8, 5], 3: [3], 5: [5, 2, 8], 8: [8, 2, 5],
    }  # fmt: skip


def test_a_large_group_is_capped_and_keeps_the_row_itself():
    groups = Groups(np.arange(60), np.zeros(60, np.int32))
    found = group_matches(groups, sparse.csr_array((60, 60)))
    assert found[59] == [59, *range(49)]
    assert {len(matches) for matches in found.values()} == {50}
