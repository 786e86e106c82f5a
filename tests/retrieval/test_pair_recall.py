import numpy as np
import pytest

from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.retrieval.pair_recall import pair_recall
from tfrecords.errors import DataError


def lists(neighbors, similarities, rows=None):
    rows = [line[0] for line in neighbors] if rows is None else rows
    return Neighbors(np.int32(rows), np.int32(neighbors), np.float32(similarities))


# Pairs at 0.5 or more: 3-1, 3-7 and 1-3.
EXACT = lists([[3, 1, 7], [1, 3, 2]], [[1, 0.9, 0.5], [1, 0.9, 0.4]])


def test_all_pairs_found_is_1():
    assert pair_recall(EXACT, EXACT, 0.5) == 1.0


def test_a_missing_pair_counts_by_its_side():
    found = lists([[1, 2, -1], [3, 7, 1]], [[1, 0.4, -np.inf], [1, 0.9, 0.5]])
    assert pair_recall(found, EXACT, 0.5) == pytest.approx(2 / 3)


def test_pairs_below_the_threshold_do_not_count():
    found = lists([[1, 3, -1], [3, 1, -1]], [[1, 0.9, -np.inf], [1, 0.9, -np.inf]])
    assert pair_recall(found, EXACT, 0.6) == 1.0


def test_the_row_itself_is_no_pair():
    found = lists([[1, -1, -1], [3, -1, -1]], [[1, -np.inf, -np.inf]] * 2)
    assert pair_recall(found, EXACT, 0.5) == 0.0


def test_lists_may_differ_in_length_and_rows():
    found = lists([[0, 5], [1, 3], [3, 1]], [[1, 0.9]] * 3)
    assert pair_recall(found, EXACT, 0.5) == pytest.approx(2 / 3)


def test_a_row_that_was_not_searched_from_is_refused():
    with pytest.raises(DataError, match="row 3 was not searched from"):
        pair_recall(lists([[1, 3]], [[1, 0.9]]), EXACT, 0.5)


def test_a_threshold_that_no_pair_reaches_is_refused():
    with pytest.raises(DataError, match="lower the threshold"):
        pair_recall(EXACT, EXACT, 0.95)
