"""What scores of a matcher are stamped with, and how sure it is of a pair."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.matcher import Seen, fit_matcher, seen_by
from shopee_tf.report.predictions import of_matcher, stamp, strength
from shopee_tf.runs import Run
from shopee_tf.systems import Source
from tests.listings import catalog
from tests.report.matched import CATALOG, predictions

NOTHING = pd.DataFrame({"posting_id": []}, dtype=object)
ELSEWHERE = pd.DataFrame({"posting_id": ["x"], "label_group": ["99"]})


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
    assert predictions(Seen(fitted, trained)).result.protocol == expected


def test_trees_fitted_on_the_listings_shown_are_stamped_as_trained_on_them():
    assert stamp(Seen(CATALOG.frame, NOTHING), CATALOG, trees=True) == "whole, trained-on"
    assert stamp(Seen(ELSEWHERE, NOTHING), CATALOG, trees=True) == "held-out"


def test_a_matcher_of_which_nothing_is_known_is_scored_as_given():
    assert stamp(None, CATALOG) == "as given"
    assert "a former version" in predictions().origin


def test_a_listing_is_known_again_by_its_product():
    product = pd.DataFrame({"posting_id": ["elsewhere"], "label_group": ["10"]})
    assert stamp(Seen(product, NOTHING), CATALOG) == "whole"


def test_how_many_listings_were_seen_is_told():
    seen = Seen(CATALOG.frame.iloc[[3]], NOTHING)  # and row 4, which is of its product
    assert "fitted on 2 of these 6 listings, or on their like" in predictions(seen).origin
    assert "Where it was fitted, among 6 listings, its F1 was 0.5000." in predictions(seen).origin
    assert "have seen any" in predictions(Seen(ELSEWHERE, NOTHING)).origin


def test_what_runs_were_trained_on_is_gathered():
    tables = [pd.DataFrame({"posting_id": ["a", "b"]}), pd.DataFrame({"posting_id": ["b", "c"]})]
    runs = [Run("runs/x", "title", 0, 5, 0, "", table, None) for table in tables]
    seen = seen_by(CATALOG, np.array([1, 2]), runs)
    assert seen.fitted["posting_id"].tolist() == ["train_1", "train_2"]
    assert seen.trained["posting_id"].tolist() == ["a", "b", "c"]


def test_of_a_union_the_nearer_match_is_the_surer():
    sure = strength(predictions())
    assert sure(0, 1) == sure(1, 0) == -1.0
    assert sure(0, 4) == -np.inf


def test_of_a_model_of_pairs_the_probability_tells():
    titles = [f"tas {row // 2} merah" if row % 2 else f"tas {row // 2}" for row in range(24)]
    listings = catalog(24, title=titles)
    source = Source(listings)
    rows = np.arange(24, dtype=np.int32)
    matcher = fit_matcher(["idf"], source, rows=rows, fusion="boundary", sets="expected_f1")
    sure = strength(of_matcher(matcher, None, source))
    assert 0.0 <= sure(0, 3) < sure(0, 1) <= 1.0
