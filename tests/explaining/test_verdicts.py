"""The verdict in words: every way to be taken or left."""

import numpy as np
import pytest

from shopee_tf.explaining.verdicts import BlendTest, pair_verdict, union_verdict
from shopee_tf.matching.expected_f1 import best_sets
from shopee_tf.systems import PairDecision, parse_union
from shopee_tf.systems.judged import Judged
from shopee_tf.systems.pair_decision import Components

LINKS = Components(0.5, 0.8)
PLAIN = BlendTest("tfidf", "cosine", 0.3, 0.0, False, False, 0.5, True, False)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "tfidf: cosine 0.300 < 0.500"),
        ({"kind": "sum", "blend": "0.5 a + 0.5 b"}, "0.5 a + 0.5 b: 0.300 < 0.500"),
        ({"kind": "distance", "similarity": -12.0, "threshold": -9.0}, "tfidf: distance 12 > 9"),
        ({"similarity": None}, "tfidf: one of the two has no hash or embedding"),
        ({"threshold": None}, "tfidf: never, for no threshold of it helped"),
        ({"vetoed": True}, "tfidf: the titles name other variants, which never match"),
        (
            {"similarity": 0.55, "penalty": 0.1},
            "tfidf: cosine 0.450 < 0.500 (0.1 for other variants)",
        ),
        ({"refined": True}, "tfidf: cosine 0.300 < 0.500, refined"),
        (
            {"refined": True, "found": False},
            "tfidf: not among the neighbours that refinement left",
        ),
        (
            {"similarity": 0.7, "found": False},
            "tfidf: cosine 0.700 >= 0.500, but others are nearer",
        ),
    ],
)
def test_why_a_blend_leaves_a_pair(changes, rule):
    assert union_verdict(False, [PLAIN._replace(**changes)]).rule == rule


def test_a_match_names_the_blends_that_took_it():
    hashes = BlendTest("phash", "distance", -4.0, 0.0, False, False, -9.0, True, True)
    assert union_verdict(True, [hashes, PLAIN]).rule == "phash: distance 4 <= 9"


def test_no_distance_is_written_as_minus_zero():
    hashes = BlendTest("phash", "distance", -0.0, 0.0, False, False, -0.0, True, True)
    assert union_verdict(True, [hashes]).rule == "phash: distance 0 <= 0"


def test_a_pair_over_the_line_may_be_one_match_too_many():
    test = PLAIN._replace(similarity=0.6, passed=True)
    rule = union_verdict(False, [test]).rule
    assert rule.endswith("0.600 >= 0.500; but a row has no more than 50 matches, and others come "
                         "first")  # fmt: skip


def verdict(other, *, sets, threshold=0.5, row=0, accepted=True, found=True):
    rows = np.array([0, 1, 2], np.int32)
    judged = Judged(rows, np.array([0, 0, 1]), np.array([2, 1, 0]), np.array([0.9, 0.1, 0.1]))
    decision = PairDecision(parse_union("tfidf"), None, sets, threshold, 3, None, 0.0, LINKS)
    return pair_verdict(decision, judged, row, other, found=found, accepted=accepted).rule


def test_a_probability_against_the_line():
    assert verdict(2, sets="threshold") == "probability 0.900 >= 0.500"
    assert verdict(1, sets="threshold", accepted=False) == "probability 0.100 < 0.500"
    assert verdict(2, sets="threshold", accepted=False).endswith("but 49 others are more probable")


def test_a_place_in_the_set_of_highest_expected_f1():
    # The set {0, 2}: with both a match (0.09), 2 alone (0.81), 1 alone (0.01) or none (0.09) of
    # them, F1 is 4 / 5, 1, 1 / 2 and 2 / 3.
    expected = 0.09 * 4 / 5 + 0.81 + 0.01 / 2 + 0.09 * 2 / 3
    assert best_sets(np.zeros(2, int), np.array([0.9, 0.1]), num_rows=1).expected_f1 == (
        pytest.approx([expected])
    )
    ends = f"the 1 of the set of highest expected F1 ({expected:.3f})"
    assert verdict(2, sets="expected_f1") == f"rank 1 of 2 candidates by probability, within {ends}"
    assert verdict(1, sets="expected_f1", accepted=False) == (
        f"rank 2 of 2 candidates by probability, beyond {ends}"
    )


@pytest.mark.parametrize(
    ("other", "accepted", "rule"),
    [
        (2, True, "in one group, probability 0.900"),
        (1, False, "in groups apart, probability 0.100"),
    ],
)
def test_groups(other, accepted, rule):
    assert verdict(other, sets="groups", accepted=accepted) == rule


@pytest.mark.parametrize(
    ("probability", "accepted", "rule"),
    [
        (0.9, True, "in one group, probability 0.900 >= 0.500"),
        (0.4, True, "in one group, probability 0.400 < 0.500, but other links join them"),
        (0.4, False, "in groups apart, probability 0.400 < 0.500"),
        (0.7, False, "in groups apart, probability 0.700 >= 0.500, but a weak link, cut below 0.8"),
    ],
)
def test_components(probability, accepted, rule):
    judged = Judged(np.array([0, 1]), np.array([0]), np.array([1]), np.array([probability]))
    decision = PairDecision(parse_union("tfidf"), None, "components", 0.0, 2, None, 0.0, LINKS)
    found = pair_verdict(decision, judged, 0, 1, found=True, accepted=accepted)
    assert found.rule.startswith(rule)


def test_a_group_may_join_what_no_system_found():
    rule = verdict(1, row=2, sets="groups", found=False)
    assert rule == "in one group, no system found it"


def test_a_listing_may_be_best_alone():
    assert verdict(0, row=1, sets="expected_f1", accepted=False) == (
        # 0.9 that it is alone, and 2 / 3 else.
        "rank 1 of 1 candidate by probability, and the set of highest expected F1 (0.967) is the "
        "listing alone"
    )


@pytest.mark.parametrize(
    ("found", "rule"),
    [(False, "no system found it"), (True, "so unlike that it was looked at no further")],
)
def test_a_pair_without_a_probability(found, rule):
    assert verdict(1, row=2, sets="expected_f1", accepted=False, found=found) == rule
