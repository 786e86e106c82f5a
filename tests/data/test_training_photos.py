"""Photos as training takes them: what is cut out of how many pixels."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data.augment import augmentation_seed
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.images import decode_pixels
from shopee_tf.data.photo_changes import random_resized_crop
from shopee_tf.data.training_photos import training_photo


def noise(side):
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    return tf.io.encode_jpeg(pixels, quality=95)


@pytest.mark.parametrize("row", range(5))
def test_a_crop_is_cut_from_the_pixels_as_decoded(row):
    """Of twice the size: brought to it first, a quarter of the photo would be blown up."""
    record = {"image": noise(128), "row": tf.constant(row)}
    found = training_photo(record, AugmentConfig("crop"), image_size=64, seed=3, epoch=1)
    whole = decode_pixels(record["image"], at_least=128)
    expected = random_resized_crop(whole, seed=augmentation_seed(3, 1, row), image_size=64)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("names", ["crop", "crop,flip", "basic,crop", "flip,crop"])
def test_a_crop_has_the_size_asked_for_wherever_it_stands(names):
    for image in (noise(100), tf.zeros([24, 24, 3], tf.uint8)):
        record = {"image": image, "row": tf.constant(0)}
        found = training_photo(record, AugmentConfig(names), image_size=24, seed=0, epoch=0)
        assert found.shape == (24, 24, 3)
