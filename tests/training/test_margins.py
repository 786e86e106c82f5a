import numpy as np
import pytest

from shopee_tf.training.margins import class_margins, rising_margin


@pytest.mark.parametrize(("step", "margin"), [(0, 0.2), (5, 0.5), (10, 0.8), (11, 0.8)])
def test_the_margin_rises_in_a_line_and_stays(step, margin):
    assert rising_margin(0.8, start=0.2, num_steps=10, step=step) == pytest.approx(margin)


def test_without_a_rise_the_margin_is_there_at_once():
    assert rising_margin(0.8, start=0.2, num_steps=0, step=0) == 0.8


@pytest.mark.parametrize(("exponent", "margins"), [(0.0, [1, 1, 1]), (-0.5, [0.5, 1, 1 / 3])])
def test_large_classes_get_smaller_margins(exponent, margins):
    labels = np.repeat([0, 1, 2], [4, 1, 9])
    np.testing.assert_allclose(class_margins(labels, exponent=exponent), margins, rtol=1e-6)
