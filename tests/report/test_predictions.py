"""What a report says of the matches of a matcher, and how sure it is of a pair."""

import numpy as np
import pandas as pd

from shopee_tf.matcher import Seen, fit_matcher, seen_by
from shopee_tf.report.predictions import of_matcher, strength
from shopee_tf.runs import Run
from shopee_tf.systems import Source
from tests.listings import catalog
from tests.report.matched import CATALOG, predictions

NOTHING = pd.DataFrame({"posting_id": []}, dtype=object)


def test_scores_of_a_matcher_are_stamped_and_their_worth_is_told():
    found = predictions(
        Seen(CATALOG.frame.iloc[[3]], NOTHING)
    )  # and row 4, which is of its product
    assert found.result.protocol == "whole"
    assert "fitted on 2 of these 6 listings, or on their like" in found.origin
    assert predictions().result.protocol == "as given"
    assert "a former version" in predictions().origin


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
