"""Cards of a tiny catalogue, every field by hand."""

import json

import numpy as np
import pandas as pd
import pytest

import shopee_tf
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.explaining.cards import Explainer, Listing, as_json
from shopee_tf.explaining.text import card_as_text
from shopee_tf.matcher import Matcher, match_catalog
from shopee_tf.matching.calibration import Calibrator
from shopee_tf.matching.group_sizes import count_sizes
from shopee_tf.matching.pair_fusion import Fusion
from shopee_tf.matching.refinements import Step
from shopee_tf.systems import SETS, Decision, PairDecision, Source, parse_union
from shopee_tf.systems.pair_decision import Components
from tfrecords.errors import UsageError

CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": ["t1", "t2", "t3", "t4"],
            "title": ["tas kulit 2 kg", "tas kulit 2 kg asli", "tas kulit 3 kg", "topi"],
            "image_phash": [f"{bits:016x}" for bits in (0b0, 0b1, 0b11111, 0xFFFF)],
        }
    )
)


def matcher_of(systems, *thresholds, penalties=None, steps=()):
    union = parse_union(systems)
    weights = tuple((1 / len(blend.systems),) * len(blend.systems) for blend in union.blends)
    penalties = penalties or (0.0,) * len(thresholds)
    return Matcher(Decision(union, weights, penalties, thresholds), steps, {"num_candidates": 4})


def card(matcher, first, second):
    return shopee_tf.explain_pair(matcher, Source(CATALOG), first, second)


def test_a_union_says_which_blend_took_the_pair():
    found = card(matcher_of("phash+tfidf", -1.0, 0.99), "t1", "t2")
    assert found.first == Listing("t1", "tas kulit 2 kg")
    assert found.probability is None
    assert found.verdict.accepted and found.verdict_back.accepted
    assert found.verdict.rule == "phash: distance 1 <= 1"
    assert [test.passed for test in found.verdict.tests] == [True, False]


def test_a_union_says_how_each_blend_left_the_pair():
    found = card(matcher_of("phash+idf", -4.0, 0.9), "t1", "t3")
    # idf: tas, kulit and kg in 3 titles of 4 weigh a, "2" in two b, "3" in one c.
    a, b, c = (1 + np.log(5 / (1 + count)) for count in (3, 2, 1))
    cosine = 3 * a * a / np.sqrt((3 * a * a + b * b) * (3 * a * a + c * c))
    assert not found.verdict.accepted
    assert found.verdict.rule == f"phash: distance 5 > 4; idf: cosine {cosine:.3f} < 0.900"


def test_a_sum_of_systems_is_explained_as_one():
    (test,) = card(matcher_of("phash~idf", 0.5), "t1", "t4").verdict.tests
    # 16 bits of 64 are a cosine of 1 / 2, and the titles share no word.
    assert (test.blend, test.kind, test.similarity) == ("0.50 phash + 0.50 idf", "sum", 0.25)


@pytest.mark.parametrize("penalty", [0.2, np.inf])
def test_other_variants_are_lowered_or_vetoed(penalty):
    found = card(matcher_of("tfidf", 0.4, penalties=(penalty,)), "t1", "t3")
    (test,) = found.verdict.tests
    assert test.vetoed == np.isinf(penalty)
    assert test.penalty == (0.0 if np.isinf(penalty) else 0.2)
    assert [one.first + one.second for one in found.conflicts] == [("2kg", "3kg")]


def test_words_are_those_of_normalised_titles():
    matcher = matcher_of("tfidf", 0.5, steps=("units",))
    found = shopee_tf.explain_pair(matcher, Source(CATALOG, title_steps=["units"]), "t1", "t3")
    assert [one.word for one in found.words.shared] == ["kulit", "tas"]
    assert [one.word for one in found.words.first + found.words.second] == ["2kg", "3kg"]


PRIOR = count_sizes(np.array([0, 0, 1, 2]))
LINKS = Components(0.7, 0.7)


def probable(sets, *, size=4):
    """Photos decide: their cosines 1 / 2 and 1 have odds of 1 / 9 and 9, straight in log odds."""
    calibrator = Calibrator("logistic", np.array([0.5, 1.0]), np.array([0.1, 0.9]))
    fusion = Fusion("sum", np.array([1.0]), calibrator)
    decision = PairDecision(parse_union("phash"), fusion, sets, 0.7, size, PRIOR, 0.0, LINKS)
    return Matcher(decision, (), {"num_candidates": size})


@pytest.mark.parametrize("size", [4, 1])
def test_a_probability_is_that_of_the_catalogue_s_size(size):
    # 5 bits: a cosine of 27 / 32, 3 / 8 of the way from odds 1 to 9; in a catalogue four times as
    # large as where this was fitted, the odds are a quarter.
    odds = 9 ** (3 / 8) * size / 4
    found = card(probable("threshold", size=size), "t1", "t3")
    assert found.probability == pytest.approx(odds / (1 + odds))
    assert found.verdict.rule == f"probability {odds / (1 + odds):.3f} < 0.700"
    assert found.verdict.tests == ()


def test_a_set_of_highest_expected_f1_has_places():
    # t2 has t1 at 1 bit (odds 9 ** (7 / 8)) and t3 at 4 (9 ** (1 / 2)): both are in its set.
    found = card(probable("expected_f1"), "t2", "t3")
    assert found.probability == pytest.approx(0.75)
    assert found.verdict.accepted
    assert found.verdict.rule.startswith(
        "rank 2 of 2 candidates by probability, within the 2 of the set of highest expected F1 (0."
    )


def test_a_group_joins_what_is_probable():
    # The odds of 4 bits are 3, of 11 bits 9 ** (-3 / 8): t3 is with t2, and t4 with nobody.
    assert card(probable("groups"), "t2", "t3").verdict.rule == "in one group, probability 0.750"
    assert not card(probable("groups"), "t3", "t4").verdict.accepted


def test_a_component_joins_what_links_join():
    # The odds of 1 bit are 9 ** (7 / 8), of 5 bits 9 ** (3 / 8): t2 links t1 and t3, of odds 3.
    found = card(probable("components"), "t1", "t3")
    chance = 9 ** (3 / 8) / (1 + 9 ** (3 / 8))
    assert found.verdict.accepted
    assert found.verdict.rule == (
        f"in one group, probability {chance:.3f} < 0.700, but other links join them"
    )


def test_hashes_too_far_apart_are_no_candidates_and_have_a_distance():
    found = card(probable("expected_f1"), "t1", "t4")
    assert found.probability == 0.0
    assert found.verdict.rule == "no system found it"
    assert (found.systems[0].distance, found.systems[0].rank) == (16.0, 3)


def refined():
    matcher = matcher_of("phash+tfidf", -1.0, 0.6)
    step = Step("at_least_one", {"bonus": np.inf})
    return matcher._replace(decision=matcher.decision._replace(refinements=(step,)))


def test_a_refined_similarity_is_called_so():
    # t1 is the nearest title to t3, which is to have a match; distances stay as they are.
    found = card(refined(), "t3", "t1")
    assert [test.refined for test in found.verdict.tests] == [False, True]
    assert found.verdict.rule == "tfidf: cosine inf >= 0.600, refined"
    assert as_json(found)["verdict"]["tests"][1]["similarity"] is None


@pytest.mark.parametrize(
    "matcher",
    [
        matcher_of("phash+tfidf", -1.0, 0.6),
        matcher_of("phash~tfidf", 0.8, penalties=(0.1,)),
        refined(),
        *map(probable, SETS),
    ],
)
def test_explaining_says_what_matching_does(matcher):
    explainer, matches = (
        Explainer(matcher, Source(CATALOG)),
        match_catalog(matcher, Source(CATALOG)),
    )
    ids = CATALOG.posting_ids
    for row in range(4):
        for other in set(range(4)) - {row}:
            verdict = explainer.card(ids[row], ids[other]).verdict
            assert verdict.accepted == (other in matches[row])


def test_candidates_are_the_matches_then_the_rest():
    explainer = Explainer(matcher_of("phash", -4.0), Source(CATALOG))
    assert explainer.candidates("t3") == ["t2", "t1", "t4"]


def test_a_card_is_json():
    found = card(matcher_of("phash+tfidf", -1.0, np.inf), "t1", "t4")
    said = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert said["first"] == {"posting_id": "t1", "title": "tas kulit 2 kg"}
    assert said["verdict"]["tests"][1]["threshold"] is None
    assert said["systems"][0]["distance"] == 16.0


def test_a_card_as_text():
    text = card_as_text(card(matcher_of("phash", -4.0), "t1", "t3"))
    assert text.splitlines() == [
        "t1  tas kulit 2 kg",
        "t3  tas kulit 3 kg",
        "no match either way: phash: distance 5 > 4",
        "",
        "system  similarity  distance  percentile  rank  rank back",
        "------  ----------  --------  ----------  ----  ---------",
        # Distances: 1, 5, 16, 4, 15, 11: four are at least 5.
        "phash   0.844       5         66.7        2     2",
        "",
        "shared words: kg 1.2, kulit 1.2, tas 1.2",
        "only t1: 2 1.5",
        "only t3: 3 1.9",
        "conflict: mass 2kg against 3kg",
    ]


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("t1", "t9"), "no listing has the posting_id 't9'; is it t4 or t3 or t2?"),
        (("t1", "zzzzzz"), "no listing has the posting_id 'zzzzzz'; ids are like t1"),
        (("t1", "t1"), "t1: a listing is a match of itself; give two"),
    ],
)
def test_a_wrong_id_is_one_clear_line(pair, message):
    with pytest.raises(UsageError) as error:
        card(matcher_of("phash", -4.0), *pair)
    assert str(error.value) == message
