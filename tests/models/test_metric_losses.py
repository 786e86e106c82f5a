"""The losses between embeddings: values, gradients and limits, worked by hand."""

import functools
import math

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.metric_losses import multi_similarity, supervised_contrastive

LOSSES = {"supcon": supervised_contrastive, "multi_similarity": multi_similarity}
each_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def gradient(loss, embeddings, labels, of=None):
    """The derivative of the sum of the losses, or of one row's."""
    embeddings = tf.constant(embeddings, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(embeddings)
        losses = loss(embeddings, labels)
        value = tf.reduce_sum(losses) if of is None else losses[of]
    return tape.gradient(value, embeddings).numpy()


# Two classes of two equal rows: of each row the cosines are 1 to its twin and 0 to the others.
TWINS, TWIN_LABELS = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], [0, 0, 1, 1]


def test_supcon_of_twins():
    losses = supervised_contrastive(TWINS, TWIN_LABELS, temperature=0.5)
    np.testing.assert_allclose(losses, [math.log(1 + 2 / math.e**2)] * 4, rtol=1e-5)


def test_supcon_is_the_mean_over_the_other_rows_of_the_class():
    # Row 0 has the cosines 0.6 and 0.8 to its class and 0 to row 3.
    rows = [[1.0, 0.0], [0.6, 0.8], [0.8, 0.6], [0.0, 1.0]]
    total = math.exp(0.6) + math.exp(0.8) + 1
    losses = supervised_contrastive(rows, [0, 0, 0, 1], temperature=1.0)
    assert float(losses[0]) == pytest.approx(math.log(total) - 0.7, rel=1e-6)
    assert float(losses[3]) == 0


def test_gradient_of_supcon():
    loss = functools.partial(supervised_contrastive, temperature=1.0)
    # Row 0 alone: p_1 z_1 + p_2 z_2 + p_3 z_3 - z_1, p_2 = p_3 = 1 / (e + 2), less its part along
    # z_0 = (1, 0), for the length does not count.
    share = 2 / (math.e + 2)
    np.testing.assert_allclose(gradient(loss, TWINS, TWIN_LABELS, of=0)[0], [0, share], atol=1e-6)
    # Rows 2 and 3 push row 0 away by z_2 / (e + 2) and z_3 / (e + 2); row 1 pulls along z_0.
    np.testing.assert_allclose(gradient(loss, TWINS, TWIN_LABELS)[0], [0, 2 * share], atol=1e-6)


# Cosines: 0.6 in the class, 0.8 and 0.96 to row 2.
ROWS, LABELS = [[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]], [0, 0, 1]
PULL = math.exp(-2 * (0.6 - 0.5))


def test_multi_similarity_by_hand():
    losses = multi_similarity(ROWS, LABELS)
    pull = math.log(1 + PULL) / 2
    expected = [pull + math.log(1 + math.exp(50 * (s - 0.5))) / 50 for s in (0.8, 0.96)]
    np.testing.assert_allclose(losses, [*expected, 0.0], rtol=1e-5)


def test_gradient_of_multi_similarity():
    # Row 0: -PULL / (1 + PULL) times z_1, and 1 / (1 + exp(-15)) times z_2, across z_0.
    across = -PULL / (1 + PULL) * 0.8 + 0.6 / (1 + math.exp(-15))
    slope = gradient(multi_similarity, ROWS, LABELS, of=0)[0]
    np.testing.assert_allclose(slope, [0, across], atol=1e-5)


def test_multi_similarity_leaves_out_easy_pairs():
    # Row 0 has the cosines 0.96 and 0.28 to its class, 0.6 and -0.6 to others: of its class only
    # 0.28 is below 0.6 + 0.1, of the others only 0.6 is above 0.28 - 0.1.
    rows = [[1.0, 0.0], [0.96, 0.28], [0.28, 0.96], [0.6, 0.8], [-0.6, 0.8]]
    slope = gradient(multi_similarity, rows, [0, 0, 0, 1, 1], of=0)
    assert (np.abs(slope).max(axis=1) > 1e-3).tolist() == [True, False, True, True, False]


def test_multi_similarity_of_separate_classes_is_zero():
    losses = multi_similarity([[1.0, 0.0], [0.8, 0.6], [-0.8, -0.6], [-1.0, 0.0]], [0, 0, 1, 1])
    np.testing.assert_array_equal(losses, 0)


def brute_force(rows, labels, alpha, beta, base, epsilon):
    cosine = rows @ rows.T
    losses = []
    for i, label in enumerate(labels):
        same = [cosine[i, k] for k in range(len(rows)) if labels[k] == label and k != i]
        other = [cosine[i, k] for k in range(len(rows)) if labels[k] != label]
        pull = [s for s in same if other and s < max(other) + epsilon]
        push = [s for s in other if same and s > min(same) - epsilon]
        losses.append(
            np.log(1 + sum(np.exp(-alpha * (s - base)) for s in pull)) / alpha
            + np.log(1 + sum(np.exp(beta * (s - base)) for s in push)) / beta
        )
    return losses


def test_multi_similarity_equals_brute_force():
    rows = np.random.default_rng(0).normal(size=(12, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels, options = np.arange(12) % 5, {"alpha": 3.0, "beta": 20.0, "base": 0.4, "epsilon": 0.2}
    expected = brute_force(rows, labels, **options)
    np.testing.assert_allclose(multi_similarity(rows, labels, **options), expected, rtol=1e-4)


@each_loss
@pytest.mark.parametrize(
    "rows",
    [[[1.0, 0.0]] * 4, [[1.0, 0.0], [-1.0, 0.0]] * 2, [[0.0, 0.0]] * 4, [[1e-4, 0], [0, 1e4]] * 2],
    ids=["equal", "opposite", "zero", "lengths"],
)
@pytest.mark.parametrize("labels", [[0, 0, 1, 1], [0, 0, 0, 0], [0, 1, 2, 3]])
def test_values_and_gradients_are_finite(loss, rows, labels):
    assert np.isfinite(loss(rows, labels)).all()
    assert np.isfinite(gradient(loss, rows, labels)).all()


@each_loss
def test_a_row_alone_among_strangers_has_no_loss(loss):
    assert float(loss([[1.0, 0.0], [0.9, 0.1], [0.6, 0.8]], [0, 1, 1])[0]) == 0


@each_loss
def test_bfloat16_is_worked_on_in_float32(loss):
    half = tf.constant(np.random.default_rng(0).normal(size=(6, 4)), tf.bfloat16)
    losses = loss(half, [0, 0, 1, 1, 2, 2])
    assert losses.dtype == tf.float32
    np.testing.assert_array_equal(losses, loss(tf.cast(half, tf.float32), [0, 0, 1, 1, 2, 2]))


@each_loss
def test_neither_names_nor_order_nor_length_count(loss):
    random = np.random.default_rng(0)
    rows, labels = random.normal(size=(8, 4)).astype("float32"), np.arange(8) // 2
    order = random.permutation(8)
    moved = loss(3 * rows[order], (7 - labels)[order])
    np.testing.assert_allclose(moved, np.array(loss(rows, labels))[order], rtol=1e-4)


@each_loss
def test_works_in_tf_function_with_an_unknown_batch(loss):
    spec = [tf.TensorSpec([None, 2]), tf.TensorSpec([None], tf.int32)]
    compiled = tf.function(loss, input_signature=spec)
    rows, labels = tf.constant(ROWS), tf.constant(LABELS)
    np.testing.assert_allclose(compiled(rows, labels), loss(rows, labels), rtol=1e-5)
