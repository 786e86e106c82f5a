import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data import datasets, record_order
from shopee_tf.data.catalog import read_catalog
from tests.tiny_catalog import build_tiny_records

SIZE = 32
NUM_ROWS = 13  # in batches of 4: one row is left over


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(build_tiny_records(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def labels(folder):
    table = np.full(len(read_catalog(f"{folder}/catalog.csv")), -1, np.int32)
    table[10 : 10 + NUM_ROWS] = np.arange(NUM_ROWS) % 5
    return table


def tokenize(titles):
    """Letters as tokens, at length 24."""
    codes = tf.strings.unicode_decode(titles, "UTF-8").to_tensor(0, shape=[None, 24])
    return {"input_word_ids": codes, "input_mask": tf.cast(codes > 0, tf.int32)}


def images(folder, labels, **options):
    options = {"image_size": SIZE, "batch_size": 4, "shuffle_buffer": 16, **options}
    return datasets.image_training_dataset(folder, labels, **options)


def titles(folder, labels, **options):
    options = {"tokenize": tokenize, "batch_size": 4, **options}
    return datasets.title_training_dataset(folder, labels, **options)


def rows_of(dataset):
    return [rows.numpy().tolist() for *_, rows in dataset]


@pytest.mark.parametrize("make", [images, titles])
def test_training_gives_whole_batches_of_labelled_rows(make, folder, labels):
    found = [(label.numpy(), rows.numpy()) for _, label, rows in make(folder, labels)]
    assert [len(rows) for _, rows in found] == [4, 4, 4]
    rows = np.concatenate([rows for _, rows in found])
    assert len(set(rows)) == 12
    np.testing.assert_array_equal(np.concatenate([label for label, _ in found]), labels[rows])
    assert labels[rows].min() >= 0


@pytest.mark.parametrize("make", [images, titles])
def test_order_is_a_function_of_seed_and_epoch(make, folder, labels):
    first = rows_of(make(folder, labels, seed=3, epoch=1))
    assert rows_of(make(folder, labels, seed=3, epoch=1)) == first
    assert rows_of(make(folder, labels, seed=3, epoch=2)) != first
    assert rows_of(make(folder, labels, seed=4, epoch=1)) != first


@pytest.mark.parametrize("make", [images, titles])
def test_skipping_gives_the_rest_of_the_epoch(make, folder, labels):
    whole = [(x, rows.numpy()) for x, _, rows in make(folder, labels)]
    rest = [(x, rows.numpy()) for x, _, rows in make(folder, labels, skip_batches=1)]
    assert len(rest) == 2
    for (x, rows), (y, others) in zip(whole[1:], rest):
        np.testing.assert_array_equal(rows, others)
        tf.nest.map_structure(np.testing.assert_array_equal, x, y)


@pytest.mark.parametrize(
    "augment", ["none", "basic", "basic,rand_augment", "crop,flip,rand_augment", "flip,basic"]
)
def test_photos_repeat_to_the_last_bit(folder, labels, augment):
    first, second = (
        {int(r): x.numpy() for batch, _, rows in images(folder, labels, augment=augment, epoch=e)
         for x, r in zip(batch, rows)}
        for e in (1, 1)
    )  # fmt: skip
    assert first.keys() == second.keys()
    for row, image in first.items():
        np.testing.assert_array_equal(image, second[row])
        assert image.shape == (SIZE, SIZE, 3)


@pytest.mark.parametrize("replicas", [1, 2, 4])
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("make", [images, titles])
def test_devices_share_the_global_batch(make, folder, labels, workers, replicas):
    if replicas < workers:
        pytest.skip("a worker has a device at least")
    whole = [sorted(rows) for rows in rows_of(make(folder, labels))]
    shares = [
        rows_of(
            make(folder, labels, input_context=tf.distribute.InputContext(workers, i, replicas))
        )
        for i in range(workers)
    ]
    per_worker = replicas // workers
    for step, expected in enumerate(whole):
        parts = [share[step * per_worker : (step + 1) * per_worker] for share in shares]
        assert sorted(np.ravel(parts).tolist()) == expected
    assert all(len(share) == len(whole) * per_worker for share in shares)


def test_thirteen_rows_in_batches_of_four_keep_their_rows(folder, labels):
    wanted = np.flatnonzero(labels >= 0)
    plain = datasets.image_inference_dataset(folder, image_size=SIZE, batch_size=1)
    alone = {int(rows[0]): image[0].numpy() for image, rows in plain}
    found = datasets.image_inference_dataset(folder, image_size=SIZE, batch_size=4, rows=wanted)
    batches = [(x.numpy(), rows.numpy()) for x, rows in found]
    assert [len(rows) for _, rows in batches] == [4, 4, 4, 1]
    assert sorted(np.concatenate([rows for _, rows in batches])) == wanted.tolist()
    for photos, rows in batches:
        for photo, row in zip(photos, rows):
            np.testing.assert_array_equal(photo, alone[row])


def test_titles_keep_their_rows(folder, labels):
    catalog = read_catalog(f"{folder}/catalog.csv")
    wanted = np.flatnonzero(labels >= 0)
    found = datasets.title_inference_dataset(folder, tokenize=tokenize, batch_size=4, rows=wanted)
    for tokens, rows in found:
        for codes, row in zip(tokens["input_word_ids"].numpy(), rows.numpy()):
            text = "".join(chr(code) for code in codes if code)
            assert text == catalog.titles[row][:24]
    assert sum(len(rows) for _, rows in found) == NUM_ROWS


def test_no_rows_give_no_batches(folder):
    empty = np.zeros(0, np.int32)
    found = datasets.image_inference_dataset(folder, image_size=SIZE, batch_size=4, rows=empty)
    assert list(found) == []


@pytest.mark.parametrize("by_length", [True, False])
def test_titles_are_cut_to_the_longest_rounded_up_to_four(folder, labels, by_length):
    for tokens, *_ in titles(folder, labels, by_length=by_length):
        longest = int(tokens["input_mask"].numpy().sum(axis=1).max())
        length = tokens["input_mask"].shape[1]
        assert length == (min(-(-longest // 4) * 4, 24) if by_length else 24)


def test_cached_photos_are_the_same(folder, labels):
    cached = record_order.cache_images(folder, labels, image_size=SIZE)
    read = {int(r): x.numpy() for batch, _, rows in images(folder, labels, augment="none")
            for x, r in zip(batch, rows)}  # fmt: skip
    for epoch in (0, 1):
        for batch, label, rows in images(
            folder, labels, augment="none", cached=cached, epoch=epoch
        ):
            np.testing.assert_array_equal(label, labels[rows.numpy()])
            for image, row in zip(batch.numpy(), rows.numpy()):
                if row in read:
                    np.testing.assert_allclose(image, read[row], atol=0.51)


def test_cached_titles_are_the_same(folder, labels):
    cached = record_order.cache_titles(folder, labels)
    found = rows_of(titles(folder, labels, cached=cached))
    assert rows_of(titles(folder, labels, cached=cached)) == found
    assert rows_of(titles(folder, labels, cached=cached, epoch=1)) != found
    assert len({row for rows in found for row in rows}) == 12
