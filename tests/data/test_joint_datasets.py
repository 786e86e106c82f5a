"""Photos with their titles: each row with its own, in the order of photos, cut to the longest."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data import datasets, ordered_records, record_order
from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.joint_datasets import joint_inference_dataset, joint_training_dataset
from tests.tiny_catalog import build_tiny_records

SIZE = 32
NUM_ROWS = 13  # in batches of 4: one row is left over


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(build_tiny_records(tmp_path_factory.mktemp("tiny"), image_size=SIZE))


@pytest.fixture(scope="module")
def catalog(folder):
    return read_catalog(f"{folder}/catalog.csv")


@pytest.fixture(scope="module")
def labels(catalog):
    table = np.full(len(catalog), -1, np.int32)
    table[10 : 10 + NUM_ROWS] = np.arange(NUM_ROWS) % 5
    return table


def tokenize(titles):
    """Letters as tokens, at length 40."""
    codes = tf.strings.unicode_decode(titles, "UTF-8").to_tensor(0, shape=[None, 40])
    return {"input_word_ids": codes, "input_mask": tf.cast(codes > 0, tf.int32)}


def training(folder, labels, **options):
    options = {"image_size": SIZE, "batch_size": 4, "shuffle_buffer": 16, **options}
    return joint_training_dataset(folder, labels, tokenize=tokenize, **options)


def titles_of(features):
    codes = np.asarray(features["input_word_ids"])
    return ["".join(map(chr, row[row > 0])) for row in codes]


def test_photos_are_those_of_the_photo_pipeline_in_its_order(folder, labels):
    options = {"image_size": SIZE, "batch_size": 4, "seed": 3, "epoch": 1, "shuffle_buffer": 16}
    photos = datasets.image_training_dataset(folder, labels, **options)
    for found, expected in zip(training(folder, labels, **options), photos, strict=True):
        np.testing.assert_array_equal(found[0]["image"], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])
        np.testing.assert_array_equal(found[2], expected[2])


@pytest.mark.parametrize("source", ["folder", "cached", "ordered", "kept"])
def test_each_row_has_its_own_photo_title_and_label(source, folder, labels, catalog):
    fields = {"image_size": SIZE, "fields": record_order.JOINT_FIELDS}
    options = {"augment": "none"}
    if source == "cached":
        options["cached"] = record_order.cache_images(folder, labels, **fields)
    if source in ("ordered", "kept"):
        ordered = ordered_records.ordered_images(
            folder, labels, keep=source == "kept", **fields,
            order=lambda labels, **when: np.flatnonzero(labels >= 0)[::-1].astype(np.int32),
        )  # fmt: skip
        options["records"] = ordered.epoch(seed=0, epoch=0, batch_size=4)
    whole = joint_inference_dataset(folder, image_size=SIZE, tokenize=tokenize, batch_size=60)
    features, rows = next(iter(whole))
    photo_of = dict(zip(rows.numpy().tolist(), features["image"].numpy(), strict=True))
    for features, label, rows in training(folder, labels, **options):
        rows = rows.numpy()
        assert titles_of(features) == catalog.titles[rows].tolist()
        np.testing.assert_array_equal(label, labels[rows])
        for photo, row in zip(features["image"].numpy(), rows, strict=True):
            assert np.abs(photo - photo_of[row]).max() <= 0.5  # those in memory are rounded


@pytest.mark.parametrize("cut", [True, False])
def test_batches_are_as_long_as_their_longest_title_if_cut(cut, folder, labels, catalog):
    for features, _, rows in training(folder, labels, cut=cut):
        longest = max(map(len, catalog.titles[rows.numpy()]))
        length = -(-longest // 4) * 4 if cut else 40
        assert features["input_mask"].shape == features["input_word_ids"].shape == (4, length)


def test_skipping_gives_the_rest_of_the_epoch(folder, labels):
    whole = list(training(folder, labels, seed=1))
    rest = training(folder, labels, seed=1, skip_batches=2)
    for found, expected in zip(rest, whole[2:], strict=True):
        np.testing.assert_array_equal(found[2], expected[2])
        np.testing.assert_array_equal(found[0]["image"], expected[0]["image"])


@pytest.mark.parametrize("rows", [None, np.array([3, 59, 7])])
def test_inference_gives_every_row_once(rows, folder, catalog):
    dataset = joint_inference_dataset(
        folder, image_size=SIZE, tokenize=tokenize, batch_size=7, rows=rows
    )
    found = []
    for features, part in dataset:
        assert titles_of(features) == catalog.titles[part.numpy()].tolist()
        found += part.numpy().tolist()
    assert sorted(found) == (list(range(60)) if rows is None else [3, 7, 59])
