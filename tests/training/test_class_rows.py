"""Which photos a classifier learns from, and which it is tested on."""

import shutil

import numpy as np
import pytest

from shopee_tf import make_tfrecords
from shopee_tf.training.class_rows import (
    TEST,
    TRAIN,
    VALIDATION,
    class_rows,
    largest_products,
    stratified_parts,
)
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import write_tiny_catalog
from tfrecords.errors import DataError


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Six products of ten photos, and the first of each a second time under another name."""
    folder = tmp_path_factory.mktemp("classes")
    csv = write_tiny_catalog(folder, num_products=6, num_photos=10)
    lines = csv.read_text().splitlines()
    for product in range(6):
        first, again = (folder / "train_images" / f"p{product:02d}_{p}.jpg" for p in (0, "again"))
        shutil.copy(first, again)
        lines.append(f"train_x{product},{again.name},{product:016x},again,{1000 + product}")
    csv.write_text("\n".join(lines) + "\n")
    make_tfrecords.main(
        [f"--csv={csv}", f"--images={folder / 'train_images'}", f"--output={folder / 'records'}"]
    )
    return folder / "records"


def split(data, *, seed=0, num_classes=4):
    return class_rows(data, TrainingConfig(split_seed=seed), num_classes=num_classes)


def test_identical_photos_are_left_out_and_the_rest_dealt(data):
    found = split(data)
    assert found.num_identical == 4
    assert [len(found.rows.train), len(found.rows.choose), len(found.test)] == [32, 4, 4]
    rows = np.concatenate([found.rows.train, found.rows.choose, found.test])
    assert len(set(rows)) == 40
    assert not any(found.rows.catalog.posting_ids[row].startswith("train_x") for row in rows)


def test_every_class_is_in_every_part(data):
    found = split(data)
    for rows in (found.rows.train, found.rows.choose, found.test):
        assert set(found.classes(rows)) == {0, 1, 2, 3}
    np.testing.assert_array_equal(
        found.rows.table[found.rows.train], found.classes(found.rows.train)
    )
    assert (found.rows.table >= 0).sum() == len(found.rows.train)


def test_another_seed_is_another_split_and_another_run(data):
    first, again, other = split(data), split(data), split(data, seed=1)
    np.testing.assert_array_equal(first.test, again.test)
    assert first.rows.identity == again.rows.identity
    assert set(first.test) != set(other.test)
    assert first.rows.identity["split hash"] != other.rows.identity["split hash"]


def test_more_classes_than_products(data):
    with pytest.raises(DataError, match="has 6 products with photos; lower --num_classes=7"):
        split(data, num_classes=7)


def test_the_largest_products_first_those_of_smaller_labels():
    labels = np.array([5, 5, 1, 1, 9, 9, 9, 3])
    assert largest_products(labels, 1).tolist() == [9]
    assert largest_products(labels, 2).tolist() == [1, 9]


@pytest.mark.parametrize(("rows", "sizes"), [(3, [1, 1, 1]), (20, [16, 2, 2]), (43, [35, 4, 4])])
def test_a_tenth_each_for_validation_and_test(rows, sizes):
    parts = stratified_parts(np.zeros(rows, np.int32), seed=0)
    assert [np.sum(parts == part) for part in (TRAIN, VALIDATION, TEST)] == sizes


def test_two_photos_are_too_few():
    with pytest.raises(DataError, match="2 photos that differ"):
        stratified_parts(np.array([0, 0, 0, 1, 1]), seed=0)
