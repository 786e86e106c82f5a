"""What scores of a matcher are worth, by what it has seen."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.evaluation.worth import own_f1, stamp, worth
from shopee_tf.matcher import Matcher, Seen, fit_matcher
from shopee_tf.systems import Decision, Source, parse_union
from tests.listings import catalog

CATALOG = catalog(6, label_group=["10", "10", "20", "30", "30", "10"])
NOTHING = pd.DataFrame({"posting_id": []}, dtype=object)
ELSEWHERE = pd.DataFrame({"posting_id": ["x"], "label_group": ["99"]})
MATCHER = Matcher(
    Decision(parse_union("idf"), ((1.0,),), (0.0,), (0.6,)), (), {"f1": 0.5, "num_candidates": 6}
)


@pytest.mark.parametrize(
    ("fitted", "trained", "expected"),
    [
        (CATALOG.frame, NOTHING, "whole"),
        (CATALOG.frame.iloc[:1], NOTHING, "whole"),
        (ELSEWHERE, NOTHING, "held-out"),
        (ELSEWHERE, CATALOG.frame, "held-out, trained-on"),
        (CATALOG.frame, CATALOG.frame, "whole, trained-on"),
    ],
)
def test_scores_are_stamped_with_what_the_matcher_saw(fitted, trained, expected):
    assert stamp(Seen(fitted, trained), CATALOG) == expected


def test_trees_fitted_on_the_listings_shown_are_stamped_as_trained_on_them():
    assert stamp(Seen(CATALOG.frame, NOTHING), CATALOG, trees=True) == "whole, trained-on"
    assert stamp(Seen(ELSEWHERE, NOTHING), CATALOG, trees=True) == "held-out"


def test_of_a_matcher_of_which_nothing_is_known_that_is_said():
    assert stamp(None, CATALOG) == "as given"
    assert "a former version" in worth(None, CATALOG, MATCHER)


def test_a_listing_is_known_again_by_its_product():
    product = pd.DataFrame({"posting_id": ["elsewhere"], "label_group": ["10"]})
    assert stamp(Seen(product, NOTHING), CATALOG) == "whole"


def test_how_many_listings_were_seen_is_told():
    seen = Seen(CATALOG.frame.iloc[[3]], NOTHING)  # and row 4, which is of its product
    assert worth(seen, CATALOG, MATCHER) == (
        "The matcher was fitted on 2 of these 6 listings, or on their like: its scores here tell "
        "little of other listings. Where it was fitted, among 6 listings, its F1 was 0.5000."
    )
    assert "seen none of these" in worth(Seen(ELSEWHERE, NOTHING), CATALOG, MATCHER)


def test_an_f1_that_no_fit_told_is_not_told():
    unknown = MATCHER._replace(fitted={"num_candidates": 6})
    assert own_f1(unknown) == ""
    assert worth(Seen(CATALOG.frame, NOTHING), CATALOG, unknown).endswith("other listings.")


@pytest.mark.parametrize(
    ("fusion", "sets", "expected"),
    [("union", "threshold", False), ("boundary", "expected_f1", True)],
)
def test_the_f1_of_probabilities_is_said_to_be_out_of_fold(fusion, sets, expected):
    titles = [f"tas {row // 2} merah" if row % 2 else f"tas {row // 2}" for row in range(24)]
    rows = np.arange(24, dtype=np.int32)
    source = Source(catalog(24, title=titles))
    matcher = fit_matcher(["idf"], source, rows=rows, fusion=fusion, sets=sets)
    assert matcher.f1_is_out_of_fold == expected
    assert own_f1(matcher).endswith(", out-of-fold.") == expected
