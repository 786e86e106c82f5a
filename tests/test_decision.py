"""Decisions in words."""

import numpy as np
import pytest

from shopee_tf.retrieval.hamming import MAX_DISTANCE
from shopee_tf.systems import Decision, describe, hash_reach, parse_union


@pytest.mark.parametrize(
    ("system", "weights", "penalty", "threshold", "said"),
    [
        ("tfidf", (1.0,), 0.0, 0.5, "cosine >= 0.500"),
        ("tfidf", (1.0,), 0.0, np.inf, "never"),
        ("phash", (1.0,), 0.0, -8.5, "distance <= 8"),
        ("phash", (1.0,), 0.0, 1.0, "never"),
        ("phash", (1.0,), 3.2, -9.0, "distance <= 9 (other variants - 3.2)"),
        ("tfidf", (1.0,), 0.1, 0.5, "cosine >= 0.500 (other variants + 0.1)"),
        ("tfidf", (1.0,), np.inf, 0.5, "cosine >= 0.500 of the same variant"),
        ("idf~runs/a", (0.25, 0.75), 0.0, 0.5, "0.25 idf + 0.75 a >= 0.500"),
        ("idf~runs/a~phash", (0.25, 0.75, 0.0), 0.0, 0.5, "0.25 idf + 0.75 a >= 0.500"),
        ("runs/a^runs/b", (1.0,), 0.0, 0.5, "cosine >= 0.500"),
    ],
)
def test_one_blend(system, weights, penalty, threshold, said):
    union = parse_union(system)
    assert describe(Decision(union, (weights,), (penalty,), (threshold,))) == said


def test_a_union_names_its_members_and_leaves_out_the_silent():
    union = parse_union("phash+x/a^tfidf+y/a+idf")
    decision = Decision(union, ((1.0,),) * 4, (0.0,) * 4, (-3.0, 0.4, 0.7, np.inf))
    assert describe(decision) == (
        "phash distance <= 3 or x/a^tfidf cosine >= 0.400 or y/a cosine >= 0.700"
    )


@pytest.mark.parametrize(
    ("system", "thresholds", "reach"),
    [
        ("phash", (-11.0,), 11),
        ("phash", (-8.5,), 8),
        ("phash", (-np.inf,), MAX_DISTANCE),
        ("phash", (np.inf,), 0),
        ("phash+tfidf", (-9.0, 0.5), 9),
        ("phash+tfidf~phash", (-9.0, 0.5), MAX_DISTANCE),
        ("tfidf", (0.5,), 0),
    ],
)
def test_hashes_are_searched_no_further_than_the_decision_asks(system, thresholds, reach):
    union = parse_union(system)
    weights = tuple((1.0,) * len(blend.systems) for blend in union.blends)
    assert hash_reach(Decision(union, weights, (0.0,) * len(thresholds), thresholds)) == reach
