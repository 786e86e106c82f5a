"""The loss of mixed photos, worked by hand; those of the heads are tested with their formulas."""

import numpy as np
import pytest

from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.losses import head_loss

LOG = np.log([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]]).astype(np.float32)
OTHER = np.log([[0.5, 0.125, 0.375], [0.25, 0.25, 0.5]]).astype(np.float32)


@pytest.mark.parametrize(
    ("smoothing", "expected"),
    [
        # Row 0: 3/4 of -log 1/2, 1/4 of -log 1/8. Row 1: 1/4 of -log 1/2, 3/4 of -log 1/4.
        (0.0, [0.75 * np.log(2) + 0.25 * np.log(8), 0.25 * np.log(2) + 0.75 * np.log(4)]),
        (
            0.3,
            [
                0.75 * (0.7 * np.log(2) - 0.3 * LOG[0].mean())
                + 0.25 * (0.7 * np.log(8) - 0.3 * OTHER[0].mean()),
                0.25 * (0.7 * np.log(2) - 0.3 * LOG[1].mean())
                + 0.75 * (0.7 * np.log(4) - 0.3 * OTHER[1].mean()),
            ],
        ),
    ],
)
def test_the_loss_of_a_mixture_is_that_of_both_labels_by_their_shares(smoothing, expected):
    loss = head_loss(TrainingConfig(label_smoothing=smoothing), mixed=True)
    labels = (np.array([0, 1]), np.array([1, 0]), np.array([0.75, 0.25], np.float32))
    np.testing.assert_allclose(loss(labels, (LOG, OTHER)), expected, rtol=1e-5)


def test_with_all_of_the_first_it_is_the_plain_loss():
    labels, config = np.array([0, 1]), TrainingConfig()
    mixed = (labels, np.array([2, 2]), np.ones(2, np.float32))
    np.testing.assert_allclose(
        head_loss(config, mixed=True)(mixed, (LOG, OTHER)), head_loss(config)(labels, LOG)
    )
