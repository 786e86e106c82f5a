import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data import photo_changes
from shopee_tf.data.basic_augment import kept_share

PHOTO = np.random.default_rng(0).uniform(0, 255, (6, 8, 3)).astype(np.float32)
GRAY = np.repeat(PHOTO @ np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=-1)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (photo_changes.random_flip, PHOTO[:, ::-1]),
        (photo_changes.random_vertical_flip, PHOTO[::-1]),
        (photo_changes.random_gray, GRAY),
    ],
)
def test_changes_half_of_the_photos(change, expected):
    found = [np.array(change(tf.constant(PHOTO), seed=[1, row])) for row in range(400)]
    changed = [not np.array_equal(image, PHOTO) for image in found]
    assert 160 < sum(changed) < 240  # four standard deviations
    for image, is_changed in zip(found, changed):
        np.testing.assert_allclose(image, expected if is_changed else PHOTO, atol=1e-3)


def test_crops_keep_at_least_the_smallest_area():
    ramp = tf.range(100.0)[:, tf.newaxis, tf.newaxis] + tf.zeros([100, 100, 3])
    for row in range(50):
        strength = photo_changes.CROP._replace(min_area=0.25, max_stretch=1.0)
        found = photo_changes.random_resized_crop(ramp, seed=[0, row], strength=strength)
        height = float(found[-1, 0, 0] - found[0, 0, 0]) / 99
        assert 0.5 - 0.5 / 99 < height < 1.0 + 1e-3  # half a pixel is lost at an edge


def test_the_share_a_crop_keeps_is_known_beforehand():
    ramp = tf.range(100.0)
    pixels = tf.stack([*tf.meshgrid(ramp, ramp), tf.zeros([100, 100])], axis=-1)
    for row in range(30):
        found = photo_changes.random_resized_crop(pixels, seed=[0, row])
        across, down, _ = (found[-1, -1] - found[0, 0]).numpy() / 99
        share = kept_share(tf.constant([0, row]), photo_changes.CROP)
        assert float(share) == pytest.approx(min(across, down), abs=0.02)  # its edges' half pixels


def test_half_the_saturation_by_hand():
    pixel = tf.constant([[[200.0, 100.0, 50.0]]])
    # Its luma is 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2.
    found = photo_changes.recolored(pixel, photo_changes.color_matrix(saturation=0.5))
    np.testing.assert_allclose(found[0, 0], [162.1, 112.1, 87.1], rtol=1e-5)
    assert float(photo_changes.mean_luma(pixel)) == pytest.approx(124.2)
