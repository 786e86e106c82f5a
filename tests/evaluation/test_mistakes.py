import numpy as np

from shopee_tf.evaluation.mistakes import Mistake, Shown, worst_mistakes
from shopee_tf.retrieval.neighbors import Neighbors

# Rows 0, 1, 2 of one product, 3 and 4 of another, 5 alone; each row with its two best neighbours.
LABELS = np.array([7, 7, 7, 8, 8, 9], np.int32)
FOUND = Neighbors(
    np.arange(6, dtype=np.int32),
    np.array([[0, 1, 3], [1, 0, 2], [2, 5, 0], [3, 4, 0], [4, 3, -1], [5, 2, 3]], np.int32),
    np.array(
        [[1, 0.9, 0.8], [1, 0.9, 0.4], [1, 0.7, 0.3], [1, 0.95, 0.8], [1, 0.95, -np.inf],
         [1, 0.7, 0.6]], np.float32,
    ),
)  # fmt: skip


def test_the_lowest_f1_comes_first_and_a_product_once():
    found = worst_mistakes(FOUND, LABELS, 0.75)
    # At 0.75 row 0 finds 1 and the stranger 3, row 1 finds 0 alone, row 2 nothing: 2/3, 4/5, 1/2.
    # Row 3 finds 4 and the stranger 0: 4/5; rows 4 and 5 are right.
    assert [(mistake.row, round(mistake.score, 3)) for mistake in found] == [(2, 0.5), (3, 0.8)]


def test_what_was_missed_and_strangers_come_first():
    first, second = worst_mistakes(FOUND, LABELS, 0.75)
    assert first.true == (Shown(0, False), Shown(1, False))
    assert first.predicted == ()
    assert second == Mistake(3, second.score, (Shown(4, True),), (Shown(0, False), Shown(4, True)))


def test_no_more_than_asked_for():
    (mistake,) = worst_mistakes(FOUND, LABELS, 0.5, limit=1, shown=1)
    assert (len(mistake.true), len(mistake.predicted)) <= (1, 1)


def test_what_is_right_is_no_mistake():
    labels = np.arange(6, dtype=np.int32)
    assert worst_mistakes(FOUND, labels, np.inf) == []
