"""Every augmentation by its name: repeatable, different from photo to photo, in range."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data.augment import augment_photo, keras_cv_augmenter
from shopee_tf.data.augment_config import AUGMENTATIONS, AugmentConfig
from tfrecords.errors import UsageError

PHOTO = np.random.default_rng(0).uniform(0, 255, (24, 32, 3)).astype(np.float32)
ROWS = np.arange(24)
each = pytest.mark.parametrize(
    "names", [*(name for name in AUGMENTATIONS if name != "keras_cv"), "gray,flip,vertical_flip"]
)


def augmented(names, *, rows=ROWS, epoch=0, seed=5, parallel=1):
    config = AugmentConfig(names)
    dataset = tf.data.Dataset.from_tensor_slices(rows).map(
        lambda row: augment_photo(tf.constant(PHOTO), config, seed=seed, epoch=epoch, row=row),
        num_parallel_calls=parallel,
    )
    return np.stack(list(dataset.as_numpy_iterator()))


@each
def test_repeats_at_any_parallelism_and_in_any_order(names):
    alone = augmented(names)
    np.testing.assert_array_equal(augmented(names, rows=ROWS[::-1], parallel=4)[::-1], alone)


@each
def test_differs_between_rows_epochs_and_seeds(names):
    found = augmented(names)
    assert len(np.unique(found.reshape(len(ROWS), -1), axis=0)) > 1
    assert (augmented(names, epoch=1) != found).any()
    assert (augmented(names, seed=6) != found).any()


@each
def test_stays_in_range_and_shape(names):
    found = augmented(names)
    assert found.shape == (len(ROWS), 24, 32, 3)
    assert found.min() >= 0
    assert found.max() <= 255


def test_none_leaves_the_photo():
    np.testing.assert_array_equal(augmented("none", rows=ROWS[:1])[0], PHOTO)


def test_two_changes_of_a_photo_are_drawn_apart():
    found = augmented("flip,vertical_flip")
    kinds = {
        (up, left)
        for image in found
        for up in (1, -1)
        for left in (1, -1)
        if np.array_equal(image, PHOTO[::up, ::left])
    }
    assert len(kinds) == 4


@pytest.mark.parametrize(("ops", "magnitude"), [(1, 9.0), (2, 9.0), (2, 1.0)])
def test_operations_and_magnitude_reach_rand_augment(ops, magnitude):
    from shopee_tf.data.rand_augment import rand_augment

    config = AugmentConfig("rand_augment", rand_augment_ops=ops, rand_augment_magnitude=magnitude)
    found = augment_photo(tf.constant(PHOTO), config, seed=0, epoch=0, row=tf.constant(3))
    expected = rand_augment(tf.constant(PHOTO), seed=[0, 3], num_ops=ops, magnitude=magnitude)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.faults
@pytest.mark.parametrize(
    "settings",
    [
        {"augment": "rotate"}, {"augment": "flip,flip"}, {"augment": ""}, {"augment": "none,flip"},
        {"rand_augment_ops": 0}, {"rand_augment_magnitude": 10.5}, {"rand_augment_magnitude": -1},
        {"mix": "cutout"}, {"mix_alpha": 0.0}, {"mix_probability": 0.0}, {"mix_probability": 1.1},
    ],
    ids=str,
)  # fmt: skip
def test_refuses_and_names_the_flag(settings):
    ((name, value),) = settings.items()
    with pytest.raises(UsageError, match=f"--{name}={value}: expected"):
        AugmentConfig(**settings)


def test_keras_cv_augments_inside_tf_data():
    pytest.importorskip("keras_cv")
    images = tf.data.Dataset.from_tensors(tf.stack([PHOTO[:, :24]] * 3))
    (found,) = images.map(keras_cv_augmenter(24))
    assert found.shape == (3, 24, 24, 3)
    assert np.isfinite(found).all()
    assert np.abs(found - PHOTO[:, :24]).mean() > 0.5
