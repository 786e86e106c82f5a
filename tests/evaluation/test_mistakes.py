"""Which listings are shown as the worst, and what beside them, worked by hand."""

import numpy as np

from shopee_tf.evaluation.mistakes import (
    Mistake,
    Shown,
    drawn_mistakes,
    judge_rows,
    most_mistaken,
    worst_mistakes,
)
from shopee_tf.retrieval.neighbors import Neighbors

# Products 0: rows 0-2, 1: rows 3-4, 2: row 5, 3: row 6.
JUDGED = judge_rows(
    {
        0: [0, 1, 3, 5],  # 2 strangers, 1 missed
        1: [1, 0],  # 1 missed
        2: [2],  # 2 missed
        3: [3, 4, 0],  # 1 stranger
        4: [4, 3],
        5: [5, 0],  # 1 stranger
        6: [6, 5],  # 1 stranger
    },
    np.array([0, 0, 0, 1, 1, 2, 3]),
)

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


def listed(mistakes):
    return [
        (one.row, *([r for r, _ in side] for side in (one.true, one.predicted))) for one in mistakes
    ]


def test_strangers_and_missed_partners_are_counted():
    assert JUDGED.strangers.tolist() == [2, 0, 0, 1, 0, 1, 1]
    assert JUDGED.missed.tolist() == [1, 1, 2, 0, 0, 0, 0]


def test_the_most_strangers_come_first_and_what_was_shown_is_not_asked_about_again():
    # Row 0 shows rows 1 to 3 and 5; of the rest row 6 has a stranger.
    found = most_mistaken(JUDGED, JUDGED.strangers, most=9)
    assert listed(found) == [(0, [2, 1], [3, 5, 1]), (6, [], [5])]


def test_the_most_missed_come_first():
    assert listed(most_mistaken(JUDGED, JUDGED.missed, most=9)) == [(2, [0, 1], [])]


def test_of_as_many_mistakes_the_lowest_f1_comes_first():
    matches = {0: [0, 1, 2, 4], 1: [1], 2: [2], 3: [3, 5], 4: [4], 5: [5]}
    judged = judge_rows(matches, np.array([0, 0, 0, 1, 2, 3]))
    found = most_mistaken(judged, judged.strangers, most=2)
    assert [(one.row, round(one.score, 3)) for one in found] == [(3, 0.667), (0, 0.857)]


def test_a_submission_may_leave_a_listing_out_of_its_own_matches():
    judged = judge_rows({0: [1], 1: [1, 0]}, np.array([4, 4]))
    assert judged.missed.tolist() == judged.strangers.tolist() == [0, 0]
    assert listed(drawn_mistakes(judged, most=2, seed=0))[0] == (0, [1], [1])


def test_the_random_page_is_of_the_seed():
    def rows(seed):
        return [one.row for one in drawn_mistakes(JUDGED, most=3, seed=seed)]

    assert rows(1) == rows(1) == sorted(rows(1))
    assert len({tuple(rows(seed)) for seed in range(9)}) > 1


def test_of_a_small_catalogue_all_are_drawn():
    assert [one.row for one in drawn_mistakes(JUDGED, most=50, seed=0)] == list(range(7))


def test_the_lowest_f1_comes_first():
    found = worst_mistakes(FOUND, LABELS, 0.75)
    # At 0.75 row 0 finds 1 and the stranger 3, row 1 finds 0 alone, row 2 nothing: 2/3, 4/5, 1/2.
    # Row 3 finds 4 and the stranger 0: 4/5; rows 4 and 5 are right. Row 2 shows 0 and 1.
    assert [(mistake.row, round(mistake.score, 3)) for mistake in found] == [(2, 0.5), (3, 0.8)]


def test_of_one_f1_the_nearest_stranger_comes_first():
    labels = np.array([0, 1, 2, 3])
    neighbors = np.array([[0, 1], [1, 0], [2, 3], [3, 2]], np.int32)
    similarities = np.array([[1, 0.6], [1, 0.6], [1, 0.7], [1, 0.7]], np.float32)
    found = worst_mistakes(Neighbors(np.arange(4), neighbors, similarities), labels, 0.5)
    assert [mistake.row for mistake in found] == [2, 0]


def test_what_was_missed_and_strangers_come_first():
    first, second = worst_mistakes(FOUND, LABELS, 0.75)
    assert first.true == (Shown(0, False), Shown(1, False))
    assert first.predicted == ()
    assert second == Mistake(3, second.score, (Shown(4, True),), (Shown(0, False), Shown(4, True)))


def test_only_so_many_are_shown_beside_but_all_count_as_shown():
    # At 0.65 row 2 finds the stranger 5 alone: the lowest F1, and its product is 0 and 1.
    found = worst_mistakes(FOUND, LABELS, 0.65, shown=1)
    assert listed(found) == [(2, [0], [5]), (3, [4], [0])]


def test_there_are_no_more_mistakes_than_asked_for():
    assert len(worst_mistakes(FOUND, LABELS, 0.75, most=1)) == 1
    assert [one.row for one in most_mistaken(JUDGED, JUDGED.strangers, most=1)] == [0]


def test_what_is_right_is_no_mistake():
    labels = np.arange(6, dtype=np.int32)
    assert worst_mistakes(FOUND, labels, np.inf) == []
