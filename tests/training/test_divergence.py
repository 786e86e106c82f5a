import math

import keras
import numpy as np
import pytest

from shopee_tf.models.arc_margin import ArcMarginProduct
from shopee_tf.training.divergence import WINDOW, Diverged, DivergenceGuard, divergence_limit


def head(margin=0.5, **options):
    layer = ArcMarginProduct(11, margin=margin, **options)
    layer.build([(None, 4), (None,)])
    return layer


def knowing_nothing(taken, classes=11):
    """Cross entropy where the true class has logit -taken and the others 0."""
    return math.log(math.exp(-taken) + classes - 1) + taken


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({}, 30 * math.sin(0.5)),
        ({"head": "cosface"}, 30 * 0.5),
        ({"head": "normalized_softmax"}, 0.0),
        ({"head": "curricular"}, 30 * math.sin(0.5)),
        ({"margin": np.linspace(0.1, 0.5, 11)}, 30 * math.sin(0.5)),
    ],
)
def test_limit_is_the_loss_at_right_angles_to_every_centre(options, taken):
    limit = divergence_limit(head(**options), factor=1.5, label_smoothing=0.0)
    assert limit == pytest.approx(1.5 * knowing_nothing(taken), rel=1e-4)


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
