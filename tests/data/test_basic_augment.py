import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data.augment import augmentation_seed
from shopee_tf.data.basic_augment import AugmentStrength, augment_image

STILL = AugmentStrength(
    min_area=1.0, max_stretch=1.0, flip=0, brightness=0, contrast=0, saturation=0, erase=0
)


@pytest.fixture(scope="module")
def image():
    return tf.constant(np.random.default_rng(0).uniform(0, 255, (24, 32, 3)), tf.float32)


def augmented(image, *, rows, epoch=0, parallel=1):
    dataset = tf.data.Dataset.from_tensor_slices(np.asarray(rows))
    dataset = dataset.map(
        lambda row: augment_image(image, seed=augmentation_seed(5, epoch, row)),
        num_parallel_calls=parallel,
    )
    return np.stack([found.numpy() for found in dataset])


def test_repeats_at_any_parallelism(image):
    rows = np.arange(12)
    alone = augmented(image, rows=rows)
    np.testing.assert_array_equal(augmented(image, rows=rows, parallel=4), alone)
    np.testing.assert_array_equal(augmented(image, rows=rows[::-1], parallel=4)[::-1], alone)


def test_eager_equals_tf_data(image):
    eager = augment_image(image, seed=augmentation_seed(5, 0, 3))
    np.testing.assert_allclose(eager, augmented(image, rows=[3])[0], atol=1e-3)


def test_differs_between_rows_and_epochs(image):
    first, second = augmented(image, rows=[1, 2])
    (later,) = augmented(image, rows=[1], epoch=1)
    assert np.abs(first - second).mean() > 1
    assert np.abs(first - later).mean() > 1


def test_stays_in_range_and_shape(image):
    found = augmented(image, rows=np.arange(30))
    assert found.shape == (30, 24, 32, 3)
    assert found.min() >= 0
    assert found.max() <= 255


def test_at_no_strength_leaves_the_photo(image):
    found = augment_image(image, seed=[1, 2], strength=STILL)
    np.testing.assert_allclose(found, image, atol=0.01)


def test_at_another_size_it_is_resized_once(image):
    pixels = tf.cast(image, tf.uint8)
    found = augment_image(pixels, seed=[1, 2], strength=STILL, image_size=16)
    np.testing.assert_allclose(found, tf.image.resize(pixels, (16, 16)), atol=0.01)


def test_mirrors(image):
    found = augment_image(image, seed=[1, 2], strength=STILL._replace(flip=1.0))
    np.testing.assert_allclose(found, image[:, ::-1], atol=0.01)


def test_erases_a_gray_square(image):
    strength = STILL._replace(erase=1.0, max_erased=0.5)
    found = augment_image(image, seed=[1, 4], strength=strength).numpy()
    gray = np.all(found == 127.5, axis=-1)
    assert 0 < gray.mean() < 0.3
    np.testing.assert_allclose(found[~gray], image.numpy()[~gray], atol=0.01)


@pytest.mark.parametrize("what", ["brightness", "contrast", "saturation"])
def test_changes_colours_as_far_as_asked(image, what):
    gray = tf.constant(100.0, shape=(8, 8, 3))
    found = augment_image(gray, seed=[1, 2], strength=STILL._replace(**{what: 0.2})).numpy()
    # A plain gray photo has no contrast and no saturation to change.
    if what == "brightness":
        assert 0 < np.abs(found - 100).max() <= 0.2 * 255 + 1e-3
    else:
        np.testing.assert_allclose(found, 100, atol=0.01)
        moved = augment_image(image, seed=[1, 2], strength=STILL._replace(**{what: 0.2}))
        assert np.abs(moved - image).max() > 0.1
