import numpy as np

from shopee_tf.retrieval.ranking import (
    Scored,
    best_rows,
    group_rows,
    ranges,
    self_first,
    top_of_rows,
)


def test_groups_hold_their_rows_ascending():
    groups = group_rows(np.array([2, 3, 5, 7]), np.float32([[1], [2], [1], [1]]))
    of_first = groups.group[0]
    members = groups.members[groups.starts[of_first] : groups.starts[of_first + 1]]
    assert members.tolist() == [2, 5, 7]
    assert groups.first[groups.group].tolist() == [0, 1, 0, 0]


def test_best_rows_breaks_ties_by_row_across_groups():
    groups = group_rows(np.arange(5), np.uint8([[0], [1], [0], [1], [2]]))
    scored = Scored(np.array([1, 1, 1]), groups.group[[0, 1, 4]], np.float32([0.5, 0.5, 0.9]))
    rows, similarities = best_rows(scored, groups, num_queries=2, k=4)
    assert rows.tolist() == [[-1, -1, -1, -1], [4, 0, 1, 2]]
    np.testing.assert_array_equal(similarities[1], np.float32([0.9, 0.5, 0.5, 0.5]))


def test_self_comes_first_whether_or_not_it_is_among_the_best():
    best = np.array([[4, 0, 1], [4, 0, 1]])
    similarities = np.float32([[0.9, 0.5, 0.4], [0.9, 0.5, 0.4]])
    rows, own = np.array([1, 2]), np.float32([0.4, 1.0])
    neighbors, values = self_first(rows, own, best, similarities)
    assert neighbors.tolist() == [[1, 4, 0], [2, 4, 0]]
    np.testing.assert_array_equal(values, np.float32([[0.4, 0.9, 0.5], [1.0, 0.9, 0.5]]))


def test_ranges_counts_each_size():
    assert ranges(np.array([2, 0, 3])).tolist() == [0, 1, 0, 1, 2]
    assert ranges(np.array([], np.int64)).tolist() == []


def test_top_of_rows_keeps_everything_equal_to_the_kth():
    scores = np.array([[1.0, 3.0, 2.0, 2.0, 2.0]])
    assert top_of_rows(scores, 2, slack=np.zeros(1))[0].tolist() == [False, True, True, True, True]
    assert top_of_rows(scores, 1, slack=np.zeros(1)).sum() == 1
    assert top_of_rows(scores, 1, slack=np.ones(1)).sum() == 4
