"""Mixed batches: values worked by hand, and what is drawn."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.mixing import cutmix, mix_batches, mixup

LEVELS = np.array([0.0, 100.0, 200.0], np.float32)
IMAGES = np.broadcast_to(LEVELS[:, None, None, None], (3, 8, 8, 3))
LABELS = np.array([7, 8, 9], np.int32)
ROWS = np.array([1, 2, 3], np.int32)


def batches(count, **options):
    options = {"seed": 0, "epoch": 0, **options}
    config = AugmentConfig(mix=options.pop("mix", "cutmix"), **options.pop("config", {}))
    plain = tf.data.Dataset.from_tensors((IMAGES, LABELS, ROWS)).repeat(count)
    return list(mix_batches(plain, config, **options).as_numpy_iterator())


def shares(found):
    return np.array([share[0] for _, (_, _, share), _ in found])


def test_mixup_by_hand():
    found = mixup(tf.constant(IMAGES), share=tf.constant(0.75))
    # 0.75 * own + 0.25 * the one before.
    np.testing.assert_allclose(found[:, 0, 0, 0], [50.0, 75.0, 175.0])


def test_cutmix_by_hand():
    found, share = cutmix(
        tf.constant(IMAGES), share=tf.constant(0.75), center=tf.constant([0.5, 0.5])
    )
    # Half of each side, so 4 x 4 of 8 x 8 pixels.
    expected = IMAGES.copy()
    expected[:, 2:6, 2:6] = np.roll(LEVELS, 1)[:, None, None, None]
    np.testing.assert_array_equal(found, expected)
    assert share == 0.75


def test_cutmix_at_the_border_counts_the_pixels_that_are_left():
    found, share = cutmix(
        tf.constant(IMAGES), share=tf.constant(0.75), center=tf.constant([0.0, 0.5])
    )
    assert share == 1 - 2 * 4 / 64
    assert np.count_nonzero(np.array(found)[1, :, :, 0] == 0) == 8


@pytest.mark.parametrize("mix", ["mixup", "cutmix"])
def test_labels_are_those_of_the_photos_mixed(mix):
    for images, (labels, others, share), rows in batches(5, mix=mix):
        np.testing.assert_array_equal(labels, LABELS)
        np.testing.assert_array_equal(others, [9, 7, 8])
        np.testing.assert_array_equal(rows, ROWS)
        expected = share * LEVELS + (1 - share) * np.roll(LEVELS, 1)
        np.testing.assert_allclose(images.mean(axis=(1, 2, 3)), expected, rtol=1e-4)


@pytest.mark.parametrize("mix", ["mixup", "cutmix"])
def test_skipping_gives_the_rest_of_the_epoch(mix):
    whole, rest = batches(5, mix=mix), batches(3, mix=mix, skip_batches=2)
    tf.nest.map_structure(np.testing.assert_array_equal, whole[2:], rest)


def test_differs_between_batches_epochs_and_seeds():
    found = shares(batches(5, mix="mixup"))
    assert len(set(found)) == 5
    for other in ({"epoch": 1}, {"seed": 1}):
        assert not set(shares(batches(5, mix="mixup", **other))) & set(found)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_device_draws_for_itself_and_goes_on_where_it_was(workers):
    contexts = [tf.distribute.InputContext(workers, i, 4) for i in range(workers)]
    local = 4 // workers
    found = [shares(batches(3 * local, mix="mixup", input_context=c)) for c in contexts]
    by_step = np.hstack([part.reshape(3, local) for part in found])
    np.testing.assert_array_equal(by_step.ravel(), shares(batches(12, mix="mixup")))
    later = [shares(batches(local, mix="mixup", skip_batches=2, input_context=c)) for c in contexts]
    np.testing.assert_array_equal(np.hstack(later), by_step[2])


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_shares_are_of_the_beta_distribution(alpha):
    found = shares(batches(400, mix="mixup", config={"mix_alpha": alpha}))
    variance = 1 / (4 * (2 * alpha + 1))
    assert found.mean() == pytest.approx(0.5, abs=4 * (variance / 400) ** 0.5)
    assert found.var() == pytest.approx(variance, rel=0.25)


def test_only_the_share_of_batches_asked_for_is_mixed():
    found = shares(batches(400, mix="mixup", config={"mix_probability": 0.25}))
    assert 0.16 < (found < 1).mean() < 0.34
    # How much is drawn apart from whether: the mean of 100 has a standard deviation of 0.029.
    assert found[found < 1].mean() == pytest.approx(0.5, abs=0.12)
