import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.arc_margin import (
    ArcMarginProduct,
    arc_margin_logits,
    smoothed_cross_entropy,
)

COS_HALF, SIN_HALF = 0.877583, 0.479426  # of 0.5 radians


def of_true_class(cosine, **kwargs):
    """The logit of the true class, and its derivative by the cosine."""
    cosine = tf.constant([[cosine, 0.0]], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(cosine)
        logits = arc_margin_logits(cosine, [0], **{"scale": 1.0, "margin": 0.5, **kwargs})
        target = logits[0, 0]
    return float(target), float(tape.gradient(target, cosine)[0, 0])


def test_the_margin_is_an_angle_added_to_that_of_the_true_class():
    logits = arc_margin_logits([[0.6, 0.2], [0.1, 0.0]], [0, 1], scale=10.0, margin=0.5)
    # cos t = 0.6, sin t = 0.8: 0.6 * 0.877583 - 0.8 * 0.479426; cos t = 0, sin t = 1: -0.479426
    np.testing.assert_allclose(logits, [[1.43009, 2.0], [1.0, -4.79426]], rtol=1e-5)


def test_gradient_of_the_true_class():
    value, slope = of_true_class(0.6)
    assert value == pytest.approx(0.143009, abs=1e-6)
    assert slope == pytest.approx(COS_HALF + 0.6 / 0.8 * SIN_HALF, rel=1e-5)


def test_gradient_of_the_other_classes_is_the_scale():
    cosine = tf.constant([[0.6, 0.2]])
    with tf.GradientTape() as tape:
        tape.watch(cosine)
        other = arc_margin_logits(cosine, [0], scale=30.0, margin=0.5)[0, 1]
    np.testing.assert_allclose(tape.gradient(other, cosine), [[0.0, 30.0]])


@pytest.mark.parametrize("easy_margin", [False, True])
@pytest.mark.parametrize("cosine", [1.0, 1.0000001, 0.9999999, -1.0, -1.0000001, -0.9999999])
def test_the_gradient_is_finite_at_the_ends(cosine, easy_margin):
    value, slope = of_true_class(cosine, easy_margin=easy_margin)
    assert math.isfinite(value)
    assert 0.5 < slope < 1000


def test_an_angle_of_zero_becomes_the_margin():
    value, slope = of_true_class(1.0)
    assert value == pytest.approx(COS_HALF, abs=1e-6)
    assert slope == pytest.approx(COS_HALF, abs=1e-6)


def test_beyond_pi_less_the_margin_it_goes_on_falling():
    # -0.95 lies beyond -cos(0.5) = -0.8776: -0.95 - 0.5 * 0.479426
    value, slope = of_true_class(-0.95)
    assert value == pytest.approx(-1.189713, abs=1e-6)
    assert slope == pytest.approx(1.0)


@pytest.mark.parametrize("margin", [0.1, 0.5, 1.0, 1.5])
def test_a_larger_angle_never_has_a_larger_logit(margin):
    cosine = np.cos(np.linspace(0.0, math.pi, 2001)).astype("float32")
    logits = arc_margin_logits(
        np.stack([cosine, 0 * cosine], 1), np.zeros(2001), scale=1.0, margin=margin
    )
    assert (np.diff(logits[:, 0]) <= 1e-6).all()


def test_easy_margin_spares_angles_above_90_degrees():
    assert of_true_class(-0.3, easy_margin=True) == (pytest.approx(-0.3), pytest.approx(1.0))
    assert of_true_class(0.6, easy_margin=True)[0] == pytest.approx(0.143009, abs=1e-6)


def test_no_margin_leaves_the_cosines():
    cosine = np.random.default_rng(0).uniform(-1, 1, (5, 7)).astype("float32")
    logits = arc_margin_logits(cosine, np.arange(5), scale=3.0, margin=0.0)
    np.testing.assert_allclose(logits, 3 * cosine, atol=1e-6)


def test_the_margin_may_differ_by_class_and_be_a_tensor():
    cosine, labels = [[0.6, 0.2], [0.1, 0.6]], [0, 1]
    by_class = arc_margin_logits(cosine, labels, scale=1.0, margin=np.array([0.5, 0.0]))
    scalar = arc_margin_logits(cosine, labels, scale=1.0, margin=tf.constant(0.5))
    np.testing.assert_allclose(by_class, [[0.143009, 0.2], [0.1, 0.6]], rtol=1e-5)
    np.testing.assert_allclose(scalar, [[0.143009, 0.2], [0.1, 0.143009]], rtol=1e-5)


def test_bfloat16_cosines_give_float32_logits():
    logits = arc_margin_logits(tf.constant([[0.5, 0.25]], tf.bfloat16), [0], scale=1.0, margin=0.5)
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits, [[0.5 * COS_HALF - 0.8660254 * SIN_HALF, 0.25]], rtol=1e-5)


def test_cross_entropy_by_hand():
    logits = np.log([[1.0, 3.0]])  # probabilities 1/4 and 3/4
    assert float(smoothed_cross_entropy([1], logits)[0]) == pytest.approx(-math.log(0.75))
    smoothed = -0.1 * math.log(0.25) - 0.9 * math.log(0.75)
    assert float(smoothed_cross_entropy([1], logits, 0.2)[0]) == pytest.approx(smoothed)


def numpy_logits(embeddings, centers, labels, scale, margin):
    cosine = (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)) @ (
        centers / np.linalg.norm(centers, axis=1, keepdims=True)
    ).T
    rows = np.arange(len(labels))
    cosine[rows, labels] = np.cos(np.arccos(cosine[rows, labels]) + margin)
    return scale * cosine


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_the_layer_works_in_float32_whatever_the_policy(name, policy):
    policy(name)
    layer = ArcMarginProduct(7, scale=30.0, margin=0.3)
    embeddings = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    labels = np.array([0, 3, 6, 3, 1])
    logits = layer((embeddings, labels))
    expected = numpy_logits(embeddings, layer.class_centers.numpy(), labels, 30.0, 0.3)
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_eager_equals_tf_function():
    layer = ArcMarginProduct(7)
    embeddings, labels = tf.random.stateless_normal([5, 4], [0, 0]), tf.constant([0, 3, 6, 3, 1])
    eager = layer((embeddings, labels))
    np.testing.assert_allclose(tf.function(layer)((embeddings, labels)), eager, atol=1e-5)


def test_a_schedule_can_assign_the_margin():
    layer = ArcMarginProduct(3, scale=1.0, margin=0.0)
    embeddings = tf.ones([1, 4])
    compiled = tf.function(layer)
    before = compiled((embeddings, tf.constant([1])))
    layer.margin.assign(0.5)
    after = compiled((embeddings, tf.constant([1])))
    assert after[0, 1] < before[0, 1]
    assert after[0, 0] == before[0, 0]


def test_the_margin_does_not_train_and_the_centres_are_found_by_their_path():
    layer = ArcMarginProduct(3, margin=[0.1, 0.2, 0.3])
    layer.build([(None, 4), (None,)])
    assert [v.path for v in layer.trainable_variables] == ["arc_margin/class_centers"]
    np.testing.assert_allclose(layer.margin, [0.1, 0.2, 0.3])


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="expected at least 1, received 0"):
        ArcMarginProduct(0)
    with pytest.raises(ValueError, match=r"one for each of 3 classes, received shape \(2,\)"):
        ArcMarginProduct(3, margin=[0.1, 0.2])


def test_centres_begin_with_length_about_one():
    layer = ArcMarginProduct(50)
    layer.build([(None, 256), (None,)])
    lengths = keras.ops.norm(layer.class_centers, axis=1)
    assert 0.8 < float(keras.ops.min(lengths)) <= float(keras.ops.max(lengths)) < 1.2
