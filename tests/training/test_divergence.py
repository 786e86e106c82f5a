import math

import keras
import numpy as np
import pytest

from shopee_tf.models.arc_margin import ArcMarginProduct, smoothed_cross_entropy
from shopee_tf.training.config_checks import CENTER_HEADS
from shopee_tf.training.divergence import WINDOW, Diverged, DivergenceGuard, divergence_limit


def head(*, classes=200, dim=64, **options):
    keras.utils.set_random_seed(1)
    layer = ArcMarginProduct(classes, **options)
    layer.build([(None, dim), (None,)])
    return layer


def mean_loss(layer, embeddings, labels):
    return float(np.mean(smoothed_cross_entropy(labels, layer((embeddings, labels)))))


@pytest.mark.parametrize(
    "options", [*({"head": name} for name in CENTER_HEADS), {"easy_margin": True}]
)
@pytest.mark.parametrize("scale", [30.0, 64.0])
@pytest.mark.parametrize("dim", [64, 384])
def test_the_limit_is_above_random_networks_and_below_those_that_point_away(options, scale, dim):
    layer = head(dim=dim, scale=scale, **options)
    limit = divergence_limit(layer, factor=1.2, label_smoothing=0.0)
    random = np.random.default_rng(7)
    labels = np.arange(200, dtype=np.int32)
    drawn = random.normal(size=(200, dim)).astype(np.float32)
    alike = random.normal(size=(1, dim)).astype(np.float32) + 0.1 * drawn
    assert mean_loss(layer, drawn, labels) < limit
    assert mean_loss(layer, alike, labels) < limit  # as before any step: titles are alike
    layer.class_centers.assign(np.repeat(-drawn, layer.sub_centers, axis=0))
    assert mean_loss(layer, drawn, labels) > limit


def test_an_easy_margin_may_be_taken_from_all_rows():
    layer = head(dim=384, easy_margin=True)
    labels = np.arange(200, dtype=np.int32)
    noise = np.random.default_rng(7).normal(size=(200, 384))
    learning = (0.2 * np.asarray(layer.class_centers) + 384**-0.5 * noise).astype(np.float32)
    own = np.asarray(layer.cosines(learning))[labels, labels]
    assert 0 < own.min() < own.max() < 0.4
    limit = divergence_limit(layer, factor=1.2, label_smoothing=0.0)
    assert mean_loss(layer, learning, labels) < limit


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({}, 3 * math.sin(0.5)),
        ({"head": "cosface"}, 3 * 0.5),
        ({"head": "normalized_softmax"}, 0.0),
        ({"margin": np.full(11, 0.25)}, 3 * math.sin(0.25)),
    ],
)
def test_in_many_dimensions_it_is_the_loss_at_right_angles(options, taken):
    """There every random cosine is about 0, and the logits are -taken and 0."""
    layer = head(classes=11, dim=20_000, scale=3.0, **options)
    limit = divergence_limit(layer, factor=1.5, label_smoothing=0.0)
    assert limit == pytest.approx(1.5 * (math.log(math.exp(-taken) + 10) + taken), rel=1e-2)


def test_curricular_t_is_left_alone():
    layer = head(head="curricular")
    divergence_limit(layer, factor=1.2, label_smoothing=0.0)
    assert float(layer.t) == 0.0


def test_no_limit_without_a_factor_or_without_class_centres():
    assert divergence_limit(head(), factor=0.0, label_smoothing=0.0) == math.inf
    assert divergence_limit(keras.layers.Dense(2), factor=1.2, label_smoothing=0.0) == math.inf


def test_stops_when_the_mean_of_the_window_is_above_the_limit():
    guard = DivergenceGuard(5.0)
    for step in range(1, WINDOW):
        guard.check(step, 100.0)
    with pytest.raises(Diverged, match=f"steps up to {WINDOW} is 100.00") as caught:
        guard.check(WINDOW, 100.0)
    assert caught.value.step == WINDOW


def test_single_batches_may_be_anything():
    guard = DivergenceGuard(5.0)
    for step in range(1, 4 * WINDOW):
        guard.check(step, 300.0 if step % WINDOW == 0 else 1.0)
