import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame, read_catalog
from shopee_tf.data.folds import (
    assign_folds,
    fold_rows,
    product_components,
    sample_products,
    split_hash,
)
from tfrecords.errors import DataError, UsageError


def catalog_of(groups, images=None, hashes=None):
    n = len(groups)
    columns = {"label_group": [str(group) for group in groups]}
    columns |= {} if images is None else {"image": images}
    columns |= {} if hashes is None else {"image_phash": hashes}
    ids = [f"p{row:04d}" for row in range(n)]
    return catalog_from_frame(pd.DataFrame({"posting_id": ids, "title": "x", **columns}))


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 150, 600)
    images = [f"{image}.jpg" for image in rng.integers(0, 5000, 600)]
    hashes = [f"{value:016x}" if value else "" for value in rng.integers(0, 4000, 600)]
    return catalog_of(groups, images, hashes)


def test_listings_join_through_group_photo_and_hash():
    catalog = catalog_of(
        [1, 1, 2, 3, 4, 5],
        images=["a", "b", "b", "c", "d", "e"],  # rows 1 and 2 share a photo
        hashes=[digit * 16 for digit in "012335"],  # rows 3 and 4 share a hash
    )
    assert product_components(catalog).tolist() == [0, 0, 0, 1, 1, 2]


def test_an_empty_photo_or_hash_joins_nothing():
    catalog = catalog_of([1, 2, 3], images=["", "", ""], hashes=["", "", ""])
    assert product_components(catalog).tolist() == [0, 1, 2]


def test_a_photo_does_not_join_a_hash_of_the_same_text():
    a, b = "a" * 16, "b" * 16
    assert product_components(catalog_of([1, 2], [a, b], [b, a])).tolist() == [0, 1]


def test_without_groups_photos_or_hashes_each_listing_stands_alone():
    catalog = catalog_from_frame(pd.DataFrame({"posting_id": ["a", "b"], "title": ["x", "x"]}))
    assert product_components(catalog).tolist() == [0, 1]


def test_components_equal_a_search_by_hand(many):
    component = list(range(len(many)))
    frame = many.frame
    changed = True
    while changed:  # spread the smallest number until nothing changes
        before = list(component)
        for column in ("label_group", "image", "image_phash"):
            smallest: dict[str, int] = {}
            for row, value in enumerate(frame[column]):
                if value:
                    smallest[value] = min(smallest.get(value, row), component[row])
            for row, value in enumerate(frame[column]):
                component[row] = min(component[row], smallest.get(value, component[row]))
        changed = before != component
    expected = np.unique(component, return_inverse=True)[1]
    np.testing.assert_array_equal(product_components(many), expected)


@pytest.mark.faults
def test_no_product_photo_or_hash_straddles_two_folds(many):
    table = many.frame.assign(fold=assign_folds(many))
    for column in ("label_group", "image", "image_phash"):
        known = table[table[column] != ""]
        assert (known.groupby(column).fold.nunique() == 1).all()


def test_folds_are_balanced(many):
    sizes = np.bincount(assign_folds(many, num_folds=3))
    assert len(sizes) == 3
    assert np.ptp(sizes) <= np.bincount(product_components(many)).max()


def test_folds_do_not_depend_on_the_order_of_rows(many):
    order = np.random.default_rng(1).permutation(len(many))
    shuffled, folds = many.take(order), assign_folds(many)
    np.testing.assert_array_equal(assign_folds(shuffled), folds[order])
    assert split_hash(shuffled, folds[order]) == split_hash(many, folds)


def test_another_seed_deals_otherwise(many):
    first, second = assign_folds(many), assign_folds(many, seed=1)
    assert (first != second).any()
    assert split_hash(many, first) != split_hash(many, second)


def test_fold_rows_split_the_catalogue():
    rows = fold_rows(np.array([0, 1, 2, 3, 4, 4, 0]), 4)
    assert rows.train.tolist() == [1, 2, 3]
    assert rows.choose.tolist() == [0, 6]  # the fold after the last is the first
    assert rows.score.tolist() == [4, 5]


@pytest.mark.parametrize(
    ("num_folds", "fold", "error", "message"),
    [
        (5, 5, UsageError, "fold 5: expected between 0 and 4"),
        (5, -1, UsageError, "fold -1: expected between 0 and 4"),
        (2, 0, DataError, "2 folds: expected at least 3"),
    ],
)
def test_folds_that_are_not_there_are_refused(num_folds, fold, error, message):
    with pytest.raises(error, match=message):
        fold_rows(np.arange(10) % num_folds, fold)


@pytest.mark.faults
def test_more_folds_than_products_are_refused():
    with pytest.raises(DataError, match="5 folds need .* has 2; give a smaller --num_folds"):
        assign_folds(catalog_of([1, 1, 1, 2, 2, 2, 2]))


def test_drawn_products_are_whole(many):
    drawn = sample_products(many, limit=100, seed=3)
    assert 80 < len(drawn) <= 100
    kept = many.frame[many.frame.label_group.isin(set(drawn.label_groups))]
    assert sorted(kept.posting_id) == sorted(drawn.posting_ids)


def test_drawing_repeats_with_its_seed_and_keeps_the_order(many):
    drawn = sample_products(many, limit=100, seed=3)
    assert drawn.ids_sha256 == sample_products(many, limit=100, seed=3).ids_sha256
    assert drawn.ids_sha256 != sample_products(many, limit=100, seed=4).ids_sha256
    assert drawn.posting_ids.tolist() == sorted(drawn.posting_ids)


def test_drawing_more_than_there_is_takes_everything(many):
    assert len(sample_products(many, limit=10_000, seed=0)) == len(many)


@pytest.mark.real_data
def test_the_real_catalogue_falls_into_even_folds(shared_data):
    catalog = read_catalog(shared_data / "shopee" / "train.csv")
    assert np.ptp(np.bincount(assign_folds(catalog))) <= 5
