"""The heads with class centres besides ArcFace: values, gradients and limits, worked by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models import heads
from shopee_tf.models.arc_margin import CENTER_FORMULAS, ArcMarginProduct, arc_margin_logits

COS_HALF, SIN_HALF = 0.877583, 0.479426  # of 0.5 radians


def gradient(formula, cosine, column, **kwargs):
    """The logit of one column of one example of class 0, and its derivative by each cosine."""
    cosine = tf.constant([cosine], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(cosine)
        logit = formula(cosine, [0], **{"scale": 10.0, **kwargs})[0, column]
    return float(logit), tape.gradient(logit, cosine).numpy()[0].tolist()


def test_cosface_takes_the_margin_from_the_cosine_of_the_true_class():
    cosine = [[0.6, 0.2], [0.1, -0.4]]
    logits = heads.cos_margin_logits(cosine, [0, 1], scale=10.0, margin=0.35)
    np.testing.assert_allclose(logits, [[2.5, 2.0], [1.0, -7.5]], rtol=1e-6)


@pytest.mark.parametrize("formula", [heads.cos_margin_logits, arc_margin_logits])
def test_a_margin_for_each_class(formula):
    by_class = formula([[0.5, 0.2], [0.1, 0.5]], [0, 1], scale=1.0, margin=[0.0, 0.25])
    same = formula([[0.5, 0.2], [0.1, 0.5]], [0, 1], scale=1.0, margin=0.25)
    np.testing.assert_allclose(by_class[0], [0.5, 0.2], atol=1e-6)
    np.testing.assert_allclose(by_class[1], same[1])


@pytest.mark.parametrize("column", [0, 1])
def test_gradients_of_cosface_and_of_normalized_softmax_are_the_scale(column):
    expected = [10.0 * (column == 0), 10.0 * (column == 1)]
    assert gradient(heads.cos_margin_logits, [0.6, 0.2], column, margin=0.35)[1] == expected
    assert gradient(heads.normalized_softmax_logits, [0.6, 0.2], column)[1] == expected


def test_cosface_without_a_margin_is_the_normalized_softmax():
    cosine = np.random.default_rng(0).uniform(-1, 1, (5, 7)).astype("float32")
    plain = heads.normalized_softmax_logits(cosine, np.arange(5), scale=3.0)
    np.testing.assert_allclose(plain, 3 * cosine, rtol=1e-6)
    margined = heads.cos_margin_logits(cosine, np.arange(5), scale=3.0, margin=0.0)
    np.testing.assert_array_equal(margined, plain)


def test_the_best_of_the_centres_of_a_class_gets_the_value_and_the_gradient():
    cosine = tf.constant([[0.1, 0.5, -0.2, -0.9, -0.3, -0.8]])
    with tf.GradientTape() as tape:
        tape.watch(cosine)
        best = heads.best_sub_centers(cosine, num_classes=2)
    np.testing.assert_allclose(best, [[0.5, -0.3]])
    np.testing.assert_array_equal(tape.gradient(best, cosine), [[0, 1, 0, 0, 1, 0]])


def test_curricular_gives_the_true_class_the_margin_of_arcface():
    # cos t = 0.6, sin t = 0.8: 0.6 * 0.877583 - 0.8 * 0.479426 = 0.143009
    value, slope = gradient(heads.curricular_logits, [0.6, 0.1], 0, margin=0.5, t=0.3)
    assert value == pytest.approx(1.43009, abs=1e-5)
    assert slope == [pytest.approx(10 * (COS_HALF + 0.6 / 0.8 * SIN_HALF), rel=1e-5), 0.0]


def test_curricular_weighs_a_hard_class_and_leaves_an_easy_one():
    # 0.2 > 0.143009 is hard: 0.2 * (0.3 + 0.2) = 0.1, slope 0.3 + 2 * 0.2; 0.1 is easy.
    value, slope = gradient(heads.curricular_logits, [0.6, 0.2], 1, margin=0.5, t=0.3)
    assert (value, slope) == (pytest.approx(1.0), [0.0, pytest.approx(7.0)])
    value, slope = gradient(heads.curricular_logits, [0.6, 0.1], 1, margin=0.5, t=0.3)
    assert (value, slope) == (pytest.approx(1.0), [0.0, pytest.approx(10.0)])


def test_curricular_weighs_hard_classes_more_as_t_grows():
    late = [
        float(heads.curricular_logits([[0.5, 0.4]], [0], scale=1.0, margin=0.5, t=t)[0, 1])
        for t in (0.0, 0.6, 1.0)
    ]
    assert late == pytest.approx([0.16, 0.4, 0.56])


def test_t_is_a_running_mean_of_the_true_cosines():
    cosine = [[0.5, 0.9], [0.3, 0.1]]  # true: 0.5 and 0.1, their mean 0.3
    assert float(heads.next_t(0.0, cosine, [0, 1])) == pytest.approx(0.003)
    assert float(heads.next_t(0.2, cosine, [0, 1])) == pytest.approx(0.99 * 0.2 + 0.003)


FORMULAS = {
    "arcface": lambda cosine, labels: arc_margin_logits(cosine, labels, scale=1.0, margin=0.5),
    "cosface": lambda cosine, labels: heads.cos_margin_logits(
        cosine, labels, scale=1.0, margin=0.35
    ),
    "curricular": lambda cosine, labels: heads.curricular_logits(
        cosine, labels, scale=1.0, margin=0.5, t=0.4
    ),
    "normalized_softmax": lambda cosine, labels: heads.normalized_softmax_logits(
        cosine, labels, scale=1.0
    ),
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize("cosine", [1.0, 1.0000001, 0.9999999, -1.0, -1.0000001, -0.9999999])
def test_gradients_are_finite_at_the_ends(formula, cosine):
    cosines = tf.constant([[cosine, -cosine, cosine]], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(cosines)
        logits = formula(cosines, [0])
    assert np.isfinite(logits).all()
    assert np.isfinite(tape.gradient(logits, cosines)).all()


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_bfloat16_cosines_are_worked_on_in_float32(formula):
    half = tf.constant([[0.5, 0.25, 0.125]], tf.bfloat16)
    logits = formula(half, [0])
    assert logits.dtype == tf.float32
    np.testing.assert_array_equal(logits, formula(tf.cast(half, tf.float32), [0]))


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_classes_in_another_order_give_the_logits_in_that_order(formula):
    random = np.random.default_rng(0)
    cosine, labels = random.uniform(-1, 1, (6, 4)).astype("float32"), np.arange(6) % 4
    order = np.array([2, 0, 3, 1])  # new column j was column order[j]
    moved = formula(cosine[:, order], np.argsort(order)[labels])
    np.testing.assert_allclose(moved, formula(cosine, labels).numpy()[:, order], rtol=1e-6)


def layer_logits(head, embeddings, centers, labels, **kwargs):
    layer = ArcMarginProduct(2, head=head, scale=10.0, **kwargs)
    layer.build([(None, 2), (None,)])
    layer.class_centers.assign(centers)
    return layer((np.array([embeddings]), np.array(labels))).numpy()[0].tolist()


def test_the_layer_by_hand():
    # Of (3, 4) and the centres (1, 0) and (0, 2) the cosines are 0.6 and 0.8.
    args = [3.0, 4.0], [[1.0, 0.0], [0.0, 2.0]], [0]
    assert layer_logits("normalized_softmax", *args) == pytest.approx([6.0, 8.0])
    assert layer_logits("cosface", *args, margin=0.25) == pytest.approx([3.5, 8.0])
    # t is 0 before any training: 0.8 is above 0.143009, and becomes 0.8 * (0 + 0.8).
    assert layer_logits("curricular", *args) == pytest.approx([1.43009, 6.4], abs=1e-5)


def test_the_layer_of_sub_centres_by_hand():
    # Class 0: (1, 0), (-1, 0), cosines 0.6, -0.6. Class 1: (0, 2), (3, 4), cosines 0.8, 1.
    centers = [[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [3.0, 4.0]]
    logits = layer_logits("sub_center_arcface", [3.0, 4.0], centers, [0], sub_centers=2)
    assert logits == pytest.approx([1.43009, 10.0], abs=1e-5)


def test_only_training_moves_t():
    layer = ArcMarginProduct(2, head="curricular")
    embeddings, labels = tf.constant([[3.0, 4.0]]), tf.constant([1])
    layer.build([(None, 2), (None,)])
    layer.class_centers.assign([[1.0, 0.0], [0.0, 2.0]])
    compiled = tf.function(layer)
    compiled((embeddings, labels))
    assert float(layer.t) == 0
    compiled((embeddings, labels), training=True)
    assert float(layer.t) == pytest.approx(0.008)
    compiled((embeddings, labels), training=True)
    assert float(layer.t) == pytest.approx(0.01592)


@pytest.mark.parametrize("head", CENTER_FORMULAS)
def test_only_the_centres_train(head):
    layer = ArcMarginProduct(3, head=head, margin=[0.1, 0.2, 0.3], sub_centers=4)
    layer.build([(None, 5), (None,)])
    assert [v.path for v in layer.trainable_variables] == ["arc_margin/class_centers"]
    assert layer.class_centers.shape == (12 if head == "sub_center_arcface" else 3, 5)


@pytest.mark.parametrize("head", CENTER_FORMULAS)
def test_float16_embeddings_give_float32_logits(head, policy):
    policy("mixed_float16")
    logits = ArcMarginProduct(3, head=head)((tf.ones([2, 4], tf.float16), tf.constant([0, 2])))
    assert (logits.shape, logits.dtype) == ((2, 3), tf.float32)
    assert math.isfinite(float(tf.reduce_sum(logits)))


def test_a_schedule_assigns_the_margin_of_cosface():
    layer = ArcMarginProduct(2, head="cosface", scale=1.0, margin=0.0)
    call = tf.function(lambda: layer((tf.ones([1, 4]), tf.constant([1]))))
    before = call().numpy()
    layer.margin.assign(0.25)
    np.testing.assert_allclose(call() - before, [[0.0, -0.25]], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"head": "softmax"}, "received 'softmax'"),
        ({"head": "sub_center_arcface", "sub_centers": 0}, "received 3 and 0"),
        ({"head": "cosface", "easy_margin": True}, "received 'cosface'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ArcMarginProduct(3, **arguments)
