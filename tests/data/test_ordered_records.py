"""Pipelines of P x K batches and of weighted epochs, from the folder and from memory."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data import datasets
from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.class_order import class_order
from shopee_tf.data.ordered_records import ordered_images, ordered_titles
from shopee_tf.data.weighted_order import class_weighted_order
from tests.tiny_catalog import build_tiny_records

SIZE = 32
IN_PAIRS = functools.partial(class_order, rows_per_class=2)


def weighted(labels, *, batch_size, **when):
    return class_weighted_order(labels, **when)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(build_tiny_records(tmp_path_factory.mktemp("tiny"), image_size=SIZE))


@pytest.fixture(scope="module")
def labels(folder):
    table = np.full(len(read_catalog(f"{folder}/catalog.csv")), -1, np.int32)
    table[10:29] = np.arange(19) // 3  # six products of three, one of one
    return table


def tokenize(titles):
    """Letters as tokens, at length 40."""
    codes = tf.strings.unicode_decode(titles, "UTF-8").to_tensor(0, shape=[None, 40])
    return {"input_word_ids": codes, "input_mask": tf.cast(codes > 0, tf.int32)}


def images(folder, labels, *, keep=False, epoch=0, order=IN_PAIRS, **options):
    source = ordered_images(folder, labels, order=order, keep=keep, image_size=SIZE)
    return datasets.image_training_dataset(
        folder, labels, image_size=SIZE, batch_size=8, epoch=epoch, augment="none",
        records=source.epoch(seed=0, epoch=epoch, batch_size=8), **options,
    )  # fmt: skip


def titles(folder, labels, *, keep=False, epoch=0, order=IN_PAIRS, **options):
    source = ordered_titles(folder, labels, order=order, keep=keep)
    return datasets.title_training_dataset(
        folder, labels, tokenize=tokenize, batch_size=8, epoch=epoch,
        records=source.epoch(seed=0, epoch=epoch, batch_size=8), **options,
    )  # fmt: skip


each_kind = pytest.mark.parametrize("make", [images, titles])
each_source = pytest.mark.parametrize("keep", [False, True], ids=["folder", "memory"])


@each_kind
@each_source
@pytest.mark.parametrize("order", [IN_PAIRS, weighted])
@pytest.mark.parametrize("epoch", [0, 1])
def test_batches_are_those_of_the_order(make, folder, labels, keep, order, epoch):
    expected = order(labels, batch_size=8, seed=0, epoch=epoch)
    found = list(make(folder, labels, keep=keep, order=order, epoch=epoch))
    rows = np.concatenate([rows for *_, rows in found])
    np.testing.assert_array_equal(rows, expected[: len(expected) // 8 * 8])
    np.testing.assert_array_equal(np.concatenate([label for _, label, _ in found]), labels[rows])


@each_kind
@each_source
def test_skipping_gives_the_rest_of_the_epoch(make, folder, labels, keep):
    whole = [(x, rows) for x, _, rows in make(folder, labels, keep=keep)]
    rest = [(x, rows) for x, _, rows in make(folder, labels, keep=keep, skip_batches=1)]
    assert len(rest) == len(whole) - 1 > 0
    tf.nest.map_structure(np.testing.assert_array_equal, whole[1:], rest)


@each_kind
def test_memory_holds_what_the_folder_holds(make, folder, labels):
    kept, read = make(folder, labels, keep=True), make(folder, labels)
    for (x, *_), (y, *_) in zip(kept, read, strict=True):
        # A photo in memory is rounded to whole levels.
        tf.nest.map_structure(lambda a, b: np.testing.assert_allclose(a, b, atol=0.51), x, y)


def test_titles_are_those_of_their_rows_and_cut_to_the_longest(folder, labels):
    catalog = read_catalog(f"{folder}/catalog.csv")
    for tokens, _, rows in titles(folder, labels):
        words = ["".join(chr(code) for code in codes if code) for codes in tokens["input_word_ids"]]
        assert words == [catalog.titles[row] for row in rows]
        assert tokens["input_mask"].shape[1] - max(map(len, words)) < 4


@each_kind
@pytest.mark.parametrize("workers", [1, 2])
def test_devices_share_the_global_batch(make, folder, labels, workers):
    whole = [rows.numpy().tolist() for *_, rows in make(folder, labels)]
    shares = [
        [rows.numpy().tolist() for *_, rows in make(folder, labels, input_context=context)]
        for context in (tf.distribute.InputContext(workers, i, 2) for i in range(workers))
    ]
    parts = [half for pair in zip(*shares) for half in pair] if workers == 2 else shares[0]
    assert [a + b for a, b in zip(parts[::2], parts[1::2])] == whole
