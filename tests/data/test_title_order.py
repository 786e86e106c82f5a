"""Titles of like length in one batch: nothing lost, nothing moved between listings, repeatable."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data.title_order import WINDOW, epoch_seed, title_lengths, tokenized_records, trim

BATCH = 2
LENGTHS = np.random.default_rng(0).integers(1, 20, 2 * WINDOW * BATCH + 7)


def tokenize(titles):
    """A token of value 1 for each letter, at length 24."""
    mask = tf.sequence_mask(tf.strings.length(titles), 24, tf.int32)
    return {"input_word_ids": mask * 5, "input_mask": mask}


def found(**options):
    titles = ["x" * length for length in LENGTHS]
    records = tf.data.Dataset.from_tensor_slices({"row": np.arange(len(titles)), "title": titles})
    options = {"batch_size": BATCH, **options}
    records = list(tokenized_records(records, tokenize, **options).as_numpy_iterator())
    return [(int(r["row"]), int(r["input_mask"].sum())) for r in records]


@pytest.mark.parametrize("options", [{}, {"by_length": False}, {"shuffle_seed": (1, 2)}])
def test_every_title_comes_once_with_its_own_tokens(options):
    assert sorted(found(**options)) == list(enumerate(LENGTHS))


def test_lengths_ascend_within_a_window():
    size = WINDOW * BATCH
    lengths = [length for _, length in found()]
    for start in range(0, len(lengths), size):
        assert lengths[start : start + size] == sorted(lengths[start : start + size])


def test_training_batches_hold_like_lengths_in_a_shuffled_order():
    lengths = np.array([length for _, length in found(shuffle_seed=(1, 2))])
    batches = lengths[: WINDOW * BATCH].reshape(WINDOW, BATCH)
    sorted_batches = np.sort(lengths[: WINDOW * BATCH]).reshape(WINDOW, BATCH)
    assert sorted(batches.tolist()) == sorted_batches.tolist()
    assert batches.tolist() != sorted_batches.tolist()


def test_the_last_short_batch_is_a_draw_and_not_the_longest():
    rest = len(LENGTHS) % BATCH
    assert found(shuffle_seed=(1, 2))[-rest:] == [(len(LENGTHS) - 1, LENGTHS[-1])]


def test_order_is_a_function_of_seed_and_epoch():
    first = found(shuffle_seed=epoch_seed(3, 0))
    assert found(shuffle_seed=epoch_seed(3, 0)) == first
    assert found(shuffle_seed=epoch_seed(3, 1)) != first
    assert found(shuffle_seed=epoch_seed(4, 0)) != first


def test_windows_are_shuffled_differently():
    size = WINDOW * BATCH
    rows = [row for row, _ in tokenized_order_of_equal_titles()]
    assert [row - size for row in rows[size : 2 * size]] != rows[:size]


def tokenized_order_of_equal_titles():
    count = 2 * WINDOW * BATCH
    records = tf.data.Dataset.from_tensor_slices({"row": np.arange(count), "title": ["x"] * count})
    ordered = tokenized_records(records, tokenize, batch_size=BATCH, shuffle_seed=(1, 2))
    return [(int(r["row"]), 1) for r in ordered.as_numpy_iterator()]


@pytest.mark.parametrize(("longest", "length"), [(1, 4), (4, 4), (5, 8), (23, 24), (24, 24)])
def test_a_batch_is_cut_to_a_multiple_of_four(longest, length):
    tokens = trim(tokenize(tf.constant(["x", "x" * longest])))
    assert {value.shape for value in tokens.values()} == {(2, length)}
    assert title_lengths(tokens).numpy().tolist() == [1, longest]
