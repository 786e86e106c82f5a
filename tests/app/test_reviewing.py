import numpy as np

from shopee_tf.app.reviewing import next_pair, uncertain_pairs
from shopee_tf.app.scored_pairs import ScoredPairs

IDS = np.array(["d", "c", "b", "a"], object)


def scored():
    """Rows 0 to 3: (0, 1) 0.9 and 0.7, (0, 2) 0.45, (2, 3) 0.1; the line is 0.5."""
    return ScoredPairs(
        np.arange(4), np.array([0, 0, 1, 2]), np.array([1, 2, 0, 3]),
        np.array([0.9, 0.45, 0.7, 0.1]), 0.5, "probability",
    )  # fmt: skip


def test_pairs_come_once_the_nearest_to_the_line_first():
    pairs = uncertain_pairs(scored())
    found = list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.score.round(3).tolist()))
    assert found == [(0, 2, 0.45), (0, 1, 0.8), (2, 3, 0.1)]


def test_no_more_than_the_limit_are_kept():
    assert len(uncertain_pairs(scored(), limit=2).first) == 2


def test_what_is_decided_or_skipped_is_passed_over():
    pairs = uncertain_pairs(scored())
    assert next_pair(pairs, IDS, set()) == 0
    assert next_pair(pairs, IDS, {("b", "d")}) == 1
    assert next_pair(pairs, IDS, {("b", "d"), ("c", "d"), ("a", "b")}) is None


def test_of_no_pairs_none_is_next():
    none = scored()._replace(query=np.zeros(0, int), other=np.zeros(0, int), score=np.zeros(0))
    assert next_pair(uncertain_pairs(none), IDS, set()) is None
