"""Products taken for each other, counted by hand."""

import numpy as np

from shopee_tf.report.confusions import confused_products, mistaken_pairs

LABELS = np.array([5, 5, 6, 6, 7, 8])
MATCHES = {
    0: [0, 1, 2, 3],  # 5 taken for 6, twice
    1: [1, 4],  # 5 for 7
    2: [2, 0],  # 6 for 5, the pair of row 0 again
    3: [3],
    4: [4, 5],  # 7 for 8
    5: [5, 4],  # the same pair
}


def confused(matches, labels, most):
    labels = np.array(labels)
    return confused_products(mistaken_pairs(matches, labels), labels, most=most)


def test_a_pair_counts_once_whichever_side_lists_it():
    pairs = mistaken_pairs(MATCHES, LABELS).tolist()
    assert pairs == [[0, 2], [0, 3], [1, 4], [4, 5]]


def test_the_products_with_the_most_pairs_come_first():
    found = confused(MATCHES, LABELS, most=9)
    assert [(one.first, one.second, one.pairs.tolist()) for one in found] == [
        (5, 6, [[0, 2], [0, 3]]),
        (5, 7, [[1, 4]]),
        (7, 8, [[4, 5]]),
    ]


def test_the_smaller_label_stands_first_however_rows_are_ordered():
    (one,) = confused({0: [0, 1], 1: [1]}, [9, 2], most=1)
    assert (one.first, one.second, one.pairs.tolist()) == (2, 9, [[1, 0]])


def test_there_are_no_more_than_asked_for():
    assert len(confused(MATCHES, LABELS, most=2)) == 2


def test_right_matches_confuse_nothing():
    assert confused({0: [0, 1], 1: [1, 0]}, [3, 3], most=5) == []
