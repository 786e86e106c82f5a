import numpy as np
import pytest

from shopee_tf.models.arc_margin import ArcMarginProduct
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.margins import MarginSchedule, class_margins, rising_margin


@pytest.mark.parametrize(("step", "margin"), [(0, 0.2), (5, 0.5), (10, 0.8), (11, 0.8)])
def test_the_margin_rises_in_a_line_and_stays(step, margin):
    assert rising_margin(0.8, start=0.2, num_steps=10, step=step) == pytest.approx(margin)


def test_without_a_rise_the_margin_is_there_at_once():
    assert rising_margin(0.8, start=0.2, num_steps=0, step=0) == 0.8


@pytest.mark.parametrize(("exponent", "margins"), [(0.0, [1, 1, 1]), (-0.5, [0.5, 1, 1 / 3])])
def test_large_classes_get_smaller_margins(exponent, margins):
    labels = np.repeat([0, 1, 2], [4, 1, 9])
    np.testing.assert_allclose(class_margins(labels, exponent=exponent), margins, rtol=1e-6)


@pytest.mark.parametrize(
    ("warmup", "expected"), [(1.0, [0.2, 0.5, 0.8, -1, -1]), (0.0, [-1, -1, -1, -1, -1])]
)
def test_margins_are_assigned_until_the_rise_is_over(warmup, expected):
    config = TrainingConfig(margin=0.8, margin_start=0.2 * warmup, margin_warmup_epochs=warmup)
    schedule = MarginSchedule(config, np.array([0, 1]), steps_per_epoch=2)
    head = ArcMarginProduct(2, margin=[0.5, 0.5])
    head.build([(None, 3), (None,)])
    found = []
    for step in range(5):
        head.margin.assign([-1.0, -1.0])
        schedule.assign(head, step)
        found.append(float(head.margin[0]))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
