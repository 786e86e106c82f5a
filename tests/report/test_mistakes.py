"""Which listings have a panel, and what is on it, worked by hand."""

import numpy as np

from shopee_tf.report.mistakes import drawn_panels, find_mistakes, worst_panels

# Products 0: rows 0-2, 1: rows 3-4, 2: row 5, 3: row 6.
LABELS = np.array([0, 0, 0, 1, 1, 2, 3])
MATCHES = {
    0: [0, 1, 3, 5],  # 2 strangers, 1 missed
    1: [1, 0],  # 1 missed
    2: [2],  # 2 missed
    3: [3, 4, 0],  # 1 stranger
    4: [4, 3],
    5: [5, 0],  # 1 stranger
    6: [6, 5],  # 1 stranger
}


def worst(wrong, most=9):
    mistakes = find_mistakes(MATCHES, LABELS)
    return worst_panels(mistakes, getattr(mistakes, wrong), MATCHES, LABELS, most=most)


def test_strangers_and_missed_partners_are_counted():
    mistakes = find_mistakes(MATCHES, LABELS)
    assert mistakes.strangers.tolist() == [2, 0, 0, 1, 0, 1, 1]
    assert mistakes.missed.tolist() == [1, 1, 2, 0, 0, 0, 0]


def test_the_most_strangers_come_first_and_what_was_shown_is_not_asked_about_again():
    # Row 0 shows rows 1 to 3 and 5; of the rest row 6 has a stranger.
    assert [(panel.row, panel.truth, panel.predicted) for panel in worst("strangers")] == [
        (0, [1, 2], [1, 3, 5]),
        (6, [], [5]),
    ]


def test_the_most_missed_come_first():
    assert [(panel.row, panel.truth, panel.predicted) for panel in worst("missed")] == [
        (2, [0, 1], []),
    ]


def test_of_as_many_mistakes_the_lowest_f1_comes_first():
    labels = np.array([0, 0, 0, 1, 2, 3])
    matches = {0: [0, 1, 2, 4], 1: [1], 2: [2], 3: [3, 5], 4: [4], 5: [5]}
    mistakes = find_mistakes(matches, labels)
    panels = worst_panels(mistakes, mistakes.strangers, matches, labels, most=2)
    assert [(panel.row, round(panel.f1, 3)) for panel in panels] == [(3, 0.667), (0, 0.857)]


def test_there_are_no_more_panels_than_asked_for():
    assert [panel.row for panel in worst("strangers", most=1)] == [0]


def test_a_submission_may_leave_a_listing_out_of_its_own_matches():
    mistakes = find_mistakes({0: [1], 1: [1, 0]}, np.array([4, 4]))
    assert mistakes.missed.tolist() == mistakes.strangers.tolist() == [0, 0]
    (panel, _) = drawn_panels(mistakes, {0: [1], 1: [1, 0]}, np.array([4, 4]), most=2, seed=0)
    assert (panel.row, panel.truth, panel.predicted) == (0, [1], [1])


def test_the_random_page_is_of_the_seed():
    mistakes = find_mistakes(MATCHES, LABELS)

    def rows(seed):
        return [p.row for p in drawn_panels(mistakes, MATCHES, LABELS, most=3, seed=seed)]

    assert rows(1) == rows(1) == sorted(rows(1))
    assert len({tuple(rows(seed)) for seed in range(9)}) > 1


def test_of_a_small_catalogue_all_are_drawn():
    mistakes = find_mistakes(MATCHES, LABELS)
    panels = drawn_panels(mistakes, MATCHES, LABELS, most=50, seed=0)
    assert [panel.row for panel in panels] == list(range(7))
