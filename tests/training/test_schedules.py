import numpy as np
import pytest

from shopee_tf.training.schedules import warmup_cosine


def test_rises_in_a_line_then_falls_as_half_a_cosine():
    schedule = warmup_cosine(0.2, num_steps=30, warmup_steps=10)
    steps = [0, 5, 10, 15, 20, 30]
    expected = [0.0, 0.1, 0.2, 0.1 * (1 + np.cos(np.pi / 4)), 0.1, 0.0]
    np.testing.assert_allclose([float(schedule(step)) for step in steps], expected, atol=1e-6)


def test_without_warmup_begins_at_the_top():
    assert float(warmup_cosine(0.2, num_steps=30, warmup_steps=0)(0)) == pytest.approx(0.2)


def test_refuses_a_warmup_longer_than_the_run():
    with pytest.raises(ValueError, match="received 31"):
        warmup_cosine(0.2, num_steps=30, warmup_steps=31)
