"""The compiled loops over pixels against TensorFlow's operations."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data import photo_loops
from shopee_tf.data.photo_changes import color_matrix, mean_luma, recolored

PIXELS = np.random.default_rng(0).integers(0, 256, (23, 31, 3)).astype(np.uint8)
WHOLE = (0.0, 0.0, 23.0, 31.0)


def cut_out(image, edges, size, saturation=1.0, contrast=1.0, shift=0.0):
    photo = np.empty((*size, 3), np.float32)
    photo_loops.cut_out(image, photo, edges, saturation, contrast, shift)
    return photo


@pytest.mark.parametrize("size", [(23, 31), (16, 16), (40, 7), (1, 64)])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_the_whole_photo_is_resized_as_by_tensorflow(size, kind):
    image = PIXELS.astype(kind)
    found = cut_out(image, WHOLE, size)
    np.testing.assert_allclose(found, tf.image.resize(image, size), atol=1e-2)


def test_a_part_by_hand():
    line = np.float32([0, 10, 20, 40])
    image = np.repeat(line[np.newaxis, :, np.newaxis], 3, axis=2)
    # Two pixels and a half from 1.0 on, as five of half a pixel: their middles are 1.25, 1.75, ...
    found = cut_out(image, (0.0, 1.0, 1.0, 3.5), (1, 5))[0, :, 0]
    np.testing.assert_allclose(found, [7.5, 12.5, 17.5, 25, 35], atol=1e-4)
    mirrored = cut_out(image, (0.0, 3.5, 1.0, 1.0), (1, 5))[0, :, 0]
    np.testing.assert_allclose(mirrored, found[::-1], atol=1e-4)


@pytest.mark.parametrize(
    ("saturation", "contrast", "shift"), [(1.0, 1.0, 0.0), (0.0, 1.0, 9.0), (1.3, 0.8, -25.5)]
)
def test_colours_are_those_of_the_matrix(saturation, contrast, shift):
    photo = tf.image.resize(PIXELS, (16, 40))
    moved = (1 - contrast) * mean_luma(photo) + shift
    matrix = contrast * color_matrix(saturation=saturation)
    expected = np.clip(recolored(photo, matrix) + moved, 0, 255)
    found = cut_out(PIXELS, WHOLE, (16, 40), saturation, contrast, shift)
    np.testing.assert_allclose(found, expected, atol=1e-2)
