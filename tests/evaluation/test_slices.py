"""Scores of a part of the listings."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.evaluation.slices import slice_scores
from shopee_tf.metrics import score_rows

SIZES = (1, 2, 3, 4, 5, 6, 10, 11, 12)
LABELS = np.repeat(np.arange(len(SIZES)), SIZES)
CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": [f"p{row}" for row in range(len(LABELS))],
            "title": np.where(LABELS % 2, "tas wanita", "leather bag"),
            "label_group": LABELS,
        }
    )
)
EVERYONE = np.arange(len(LABELS))
ALONE = {int(row): [int(row)] for row in EVERYONE}


def test_listings_by_the_size_of_their_product():
    scores = score_rows(ALONE, CATALOG.labels)
    found = slice_scores(scores, CATALOG, by=["group_size"], candidates=EVERYONE)
    assert {part.value: part.num_queries for part in found} == {
        "1": 1, "2": 2, "3": 3, "4-5": 9, "6-10": 16, "11+": 23,
    }  # fmt: skip
    # Found alone, a listing of n has an F1 of 2 / (n + 1): of 4 and 5, 4 * 2 / 5 and 5 * 2 / 6.
    assert found[3].f1 == pytest.approx((4 * 2 / 5 + 5 * 2 / 6) / 9)
    assert (found[3].precision, found[3].recall) == (1, pytest.approx((4 / 4 + 5 / 5) / 9))


def test_the_size_is_of_what_can_be_found():
    rows = [0, 1, 3]
    scores = score_rows({row: [row] for row in rows}, CATALOG.labels)
    found = slice_scores(scores, CATALOG, by=["group_size"], candidates=np.array(rows))
    assert [(part.value, part.num_queries) for part in found] == [("1", 3)]


def test_listings_by_the_language_of_their_titles():
    scores = score_rows(ALONE, CATALOG.labels)
    found = slice_scores(scores, CATALOG, by=["language", "group_size"], candidates=EVERYONE)
    odd = int(np.count_nonzero(LABELS % 2))
    assert [part[:3] for part in found[:2]] == [
        ("language", "Indonesian", odd),
        ("language", "English", len(LABELS) - odd),
    ]
    assert found[2].by == "group_size"
