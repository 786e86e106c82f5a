"""Protocols: what may be fitted and scored, given what the runs trained on."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.evaluation import protocol
from shopee_tf.runs import IDENTIFYING, Run
from tfrecords.errors import UsageError

N = 60
FRAME = pd.DataFrame(
    {
        "posting_id": [f"p{row}" for row in range(N)],
        "image": [f"{row}.jpg" for row in range(N)],
        "image_phash": [f"{row * 7919:016x}" for row in range(N)],
        "title": ["a thing"] * N,
        "label_group": [str(row // 2) for row in range(N)],
    }
)
CATALOG = catalog_from_frame(FRAME)


def run_on(rows, *, fold=0, ids_sha256=CATALOG.ids_sha256, frame=FRAME):
    columns = ["posting_id", "image", "image_phash"]
    split = frame[["posting_id"]].assign(fold=assign_folds(CATALOG))
    return Run("runs/x", "image", fold, 5, 0, ids_sha256, frame.iloc[rows][columns], split)


def training_rows(fold=0):
    return fold_rows(assign_folds(CATALOG), fold).train


def test_parts_share_no_product():
    split = protocol.held_out(CATALOG, [run_on(training_rows())])
    products = [set(CATALOG.labels[rows]) for rows in (split.choose, split.score)]
    assert not products[0] & products[1]


def test_a_run_that_saw_a_scored_row_is_refused():
    split = protocol.held_out(CATALOG, [])
    seen = np.append(training_rows(), split.score[:1])  # and the other listing of its product
    with pytest.raises(UsageError, match="trained on 2 of the"):
        protocol.held_out(CATALOG, [run_on(seen)])


def run_on_likes(rows, *columns):
    """A run on other postings that are like `rows` in these columns alone."""
    table = FRAME.iloc[rows].assign(posting_id=[f"other{row}" for row in rows])
    for column in {"image", "image_phash", "label_group"} - set(columns):
        table[column] = [f"other {column} of {row}" for row in rows]
    return run_on([])._replace(trained_on=table[list(IDENTIFYING)])


@pytest.mark.parametrize("column", ["image", "image_phash", "label_group"])
def test_the_product_of_a_seen_photo_or_product_counts_as_seen(column):
    run = run_on_likes([5], column)
    assert np.flatnonzero(protocol.trained_on(CATALOG, run)).tolist() == [4, 5]


@pytest.mark.parametrize("column", ["image", "image_phash", "label_group"])
def test_held_out_refuses_what_is_like_a_listing_trained_on(column):
    scored = protocol.held_out(CATALOG, []).score[0]
    with pytest.raises(UsageError, match="or on their product .*, photo or hash"):
        protocol.held_out(CATALOG, [run_on_likes([scored], column)])


@pytest.mark.parametrize("column", ["image", "image_phash"])
def test_products_that_share_a_photo_are_seen_together(column):
    values = FRAME[column].to_list()
    values[6] = values[5]  # of the products of rows 4, 5 and 6, 7
    catalog = catalog_from_frame(FRAME.assign(**{column: values}))
    run = run_on_likes([4], "label_group")
    assert np.flatnonzero(protocol.trained_on(catalog, run)).tolist() == [4, 5, 6, 7]


def test_a_run_that_stored_no_products_is_read_as_before():
    run = run_on([5])
    assert "label_group" not in run.trained_on
    assert np.flatnonzero(protocol.trained_on(CATALOG, run)).tolist() == [4, 5]


def test_without_labels_photos_and_hashes_still_tell():
    catalog = catalog_from_frame(FRAME.drop(columns="label_group"))
    run = run_on_likes([5], "image")
    assert np.flatnonzero(protocol.trained_on(catalog, run)).tolist() == [5]


def test_empty_hashes_are_not_the_same_photo():
    blank = FRAME.assign(image_phash="")
    catalog = catalog_from_frame(blank.assign(posting_id=[f"q{row}" for row in range(N)], image=""))
    assert not protocol.trained_on(catalog, run_on([0, 1], frame=blank.assign(image=""))).any()


def test_the_runs_decide_the_fold():
    split = protocol.held_out(CATALOG, [run_on(training_rows(3), fold=3)])
    assert split.name == "held-out 3/5"
    with pytest.raises(UsageError, match="--fold=1, but the runs"):
        protocol.held_out(CATALOG, [run_on(training_rows(3), fold=3)], fold=1)


def test_runs_of_different_folds_do_not_go_together():
    runs = [run_on(training_rows(fold), fold=fold) for fold in (0, 1)]
    with pytest.raises(UsageError, match="different folds"):
        protocol.held_out(CATALOG, runs)


def test_a_decision_is_fitted_on_the_fold_after_the_scored_one():
    run = run_on(training_rows())
    expected = fold_rows(assign_folds(CATALOG), 0).choose
    np.testing.assert_array_equal(protocol.rows_to_fit(CATALOG, [run]), expected)


def test_a_decision_on_other_listings_is_fitted_on_all_unseen():
    run = run_on([0, 1, 2], fold=None, ids_sha256="another catalogue")
    assert protocol.rows_to_fit(CATALOG, [run]).tolist() == list(range(4, N))


def test_a_decision_is_not_fitted_on_rows_trained_on():
    with pytest.raises(
        UsageError, match="every listing of the csv, or its product, was trained on by runs/x"
    ):
        protocol.rows_to_fit(CATALOG, [run_on(range(N), fold=None)])


def test_whole_and_held_out_have_different_hashes():
    assert protocol.whole(CATALOG).hash != protocol.held_out(CATALOG, []).hash


def test_the_folds_are_those_that_the_run_was_trained_with():
    folds = np.arange(N) // 2 % 5  # not those that would be dealt
    columns = ["posting_id", "image", "image_phash"]
    split = FRAME[["posting_id"]].assign(fold=folds.astype(str))
    rows = fold_rows(folds, 0)
    run = Run(
        "runs/x", "image", 0, 5, 0, CATALOG.ids_sha256, FRAME.iloc[rows.train][columns], split
    )
    np.testing.assert_array_equal(protocol.held_out(CATALOG, [run]).score, rows.score)


def test_listings_that_the_run_knew_nothing_of_are_refused():
    run = run_on(training_rows())
    with pytest.raises(UsageError, match="1 of the 60 listings were not in the catalogue"):
        protocol.held_out(CATALOG, [run._replace(split=run.split[1:])])


def test_rows_that_no_run_saw():
    runs = [run_on([0]), run_on([4])]
    assert protocol.unseen_rows(CATALOG, runs).tolist() == [2, 3, *range(6, N)]
    assert len(protocol.unseen_rows(CATALOG, [])) == N
