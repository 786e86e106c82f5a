"""Decisions in words, and what they leave out."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf import calibrate
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.retrieval.hamming import MAX_DISTANCE
from shopee_tf.systems import Decision, Part, Source, decide, describe, hash_reach, parse_union


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


# By hash each listing is like one of another product, by title like its own.
FRAME = pd.DataFrame(
    {
        "posting_id": [f"p{row}" for row in range(8)],
        "image_phash": [f"{2 ** (row // 2 * 9):016x}" for row in range(8)],
        "title": [f"{['kopi', 'susu', 'teh', 'gula'][row % 4]} murah" for row in range(8)],
        "label_group": [str(row % 4) for row in range(8)],
    }
)


def ranked(text, *thresholds):
    rows = np.arange(8, dtype=np.int32)
    part = Part(Source(catalog_from_frame(FRAME)), candidates=rows, queries=rows)
    ones = (1.0,) * len(thresholds)
    decision = Decision(
        parse_union(text), tuple((one,) for one in ones), (0.0,) * len(ones), thresholds
    )
    return decide(decision, part).ranked


@pytest.mark.parametrize("silent", [np.inf, 1.0])
def test_what_a_decision_leaves_out_ranks_nothing(silent):
    assert ranked("phash+tfidf", silent, 2.0) == ranked("tfidf", 2.0)
    assert ranked("phash+tfidf", -1.0, 2.0) != ranked("tfidf", 2.0)


def test_where_nothing_is_taken_all_systems_rank():
    assert ranked("phash+tfidf", np.inf, np.inf)[0][:3] in ([0, 1, 4], [0, 4, 1])


def test_calibrate_names_what_adds_nothing(tmp_path, capsys):
    FRAME.to_csv(tmp_path / "train.csv", index=False)
    flags = [f"--csv={tmp_path}/train.csv", f"--matcher={tmp_path}/matcher"]
    calibrate.main([*flags, "--systems=phash,tfidf"])
    assert "without them: phash\n" in capsys.readouterr().out
