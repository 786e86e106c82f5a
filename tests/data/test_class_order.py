"""The order of P x K batches."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.class_order import class_order, num_class_batches


def labels_of(sizes, seed=0):
    """Classes of these sizes, shuffled, with rows of no class among them."""
    labels = np.repeat(np.arange(-1, len(sizes)), [5, *sizes]).astype(np.int32)
    return np.random.default_rng(seed).permutation(labels)


def batches(labels, rows_per_class=2, batch_size=8, seed=0, epoch=0):
    rows = class_order(
        labels, rows_per_class=rows_per_class, batch_size=batch_size, seed=seed, epoch=epoch
    )
    return rows.reshape(-1, batch_size // rows_per_class, rows_per_class)


SIZES = {
    "twos": [2] * 20,
    "mixed": [2, 3, 5, 2, 4, 7, 2, 2, 3, 6, 9],
    "singles": [1, 1, 1, 1, 2, 2, 1, 3],
    "one large": [40, 2, 2, 2, 2, 2, 2, 2],
}
each_size = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)


@each_size
@pytest.mark.parametrize("rows_per_class", [1, 2, 4])
def test_each_batch_holds_p_classes_of_k_rows(sizes, rows_per_class):
    labels = labels_of(sizes)
    found = batches(labels, rows_per_class)
    assert len(found) > 0
    for batch in labels[found]:
        assert (batch == batch[:, :1]).all()
        assert len(set(batch[:, 0])) == 8 // rows_per_class
        assert batch.min() >= 0


@each_size
def test_the_rows_of_a_chunk_differ_where_the_class_has_enough(sizes):
    labels = labels_of(sizes)
    for chunk in batches(labels).reshape(-1, 2):
        assert (chunk[0] != chunk[1]) == (sizes[labels[chunk[0]]] > 1)


def test_classes_of_two_are_used_whole_and_once():
    labels = labels_of([2] * 20)
    assert sorted(batches(labels).ravel()) == np.flatnonzero(labels >= 0).tolist()


def test_a_class_of_three_fills_its_last_chunk_with_a_row_of_its_own():
    labels = labels_of([3] * 8)  # 16 chunks, 4 batches of 4 classes
    rows, times = np.unique(batches(labels), return_counts=True)
    assert len(rows) == 24
    assert sorted(times) == [1] * 16 + [2] * 8


def test_less_than_a_batch_is_left_out_and_not_always_the_same():
    labels = labels_of([2] * 23)  # 23 chunks: 5 batches of 4, 3 chunks left
    missing = [
        tuple(np.setdiff1d(np.flatnonzero(labels >= 0), batches(labels, epoch=epoch)))
        for epoch in range(4)
    ]
    assert [len(rows) for rows in missing] == [6] * 4
    assert len(set(missing)) == 4


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([2] * 20, 5),
        ([2] * 3, 0),  # fewer classes than a batch holds
        ([40, 2, 2, 2, 2, 2, 2, 2], 2),  # 2 + 7 chunks of 8: with 3 batches, 3 + 7 of 12
        ([40, 40, 40, 40], 20),
    ],
)
def test_number_of_batches_by_hand(sizes, expected):
    labels = labels_of(sizes)
    assert num_class_batches(labels, rows_per_class=2, batch_size=8) == expected
    assert len(batches(labels)) == expected


def test_the_order_is_a_function_of_seed_and_epoch():
    labels = labels_of(SIZES["mixed"])
    first = batches(labels, seed=3, epoch=1)
    np.testing.assert_array_equal(batches(labels, seed=3, epoch=1), first)
    assert (batches(labels, seed=3, epoch=2) != first).any()
    assert (batches(labels, seed=4, epoch=1) != first).any()


@pytest.mark.parametrize(("rows_per_class", "batch_size"), [(0, 8), (3, 8), (16, 8)])
def test_a_batch_of_no_whole_classes_is_refused(rows_per_class, batch_size):
    with pytest.raises(ValueError, match=f"multiple of {rows_per_class} rows, received 8"):
        batches(labels_of([2] * 20), rows_per_class, batch_size)


@pytest.mark.real_data
def test_of_the_real_catalogue_hardly_a_row_is_left_out(shared_data):
    groups = pd.read_csv(shared_data / "shopee" / "train.csv")["label_group"]
    labels = np.unique(groups, return_inverse=True)[1].astype(np.int32)
    found = batches(labels, batch_size=64)
    assert len(np.unique(found)) > 0.998 * len(labels)
