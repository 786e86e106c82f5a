"""Each operation against numpy or PIL, and how they are drawn."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from shopee_tf.data import rand_augment as operations

INTEGERS = np.random.default_rng(0).integers(30, 200, (20, 30, 3)).astype(np.uint8)
PHOTO = tf.constant(INTEGERS, tf.float32)
PIL_PHOTO = Image.fromarray(INTEGERS)


def changed(name, level):
    return np.array(getattr(operations, name)(PHOTO, tf.constant(level)))


@pytest.mark.parametrize(
    ("name", "level", "expected"),
    [
        ("auto_contrast", 0.5, ImageOps.autocontrast(PIL_PHOTO)),
        ("equalize", 0.5, ImageOps.equalize(PIL_PHOTO)),
        ("solarize", 0.5, ImageOps.solarize(PIL_PHOTO, 128)),
        ("solarize", -0.25, ImageOps.solarize(PIL_PHOTO, 192)),
        ("posterize", 0.5, ImageOps.posterize(PIL_PHOTO, 6)),
        ("posterize", -1.0, ImageOps.posterize(PIL_PHOTO, 4)),
        ("color", 0.5, ImageEnhance.Color(PIL_PHOTO).enhance(1.45)),
        ("contrast", -0.5, ImageEnhance.Contrast(PIL_PHOTO).enhance(0.55)),
        ("brightness", 0.2, ImageEnhance.Brightness(PIL_PHOTO).enhance(1.18)),
        ("sharpness", 0.5, ImageEnhance.Sharpness(PIL_PHOTO).enhance(1.45)),
        ("sharpness", -0.5, ImageEnhance.Sharpness(PIL_PHOTO).enhance(0.55)),
    ],
)
def test_does_as_pil_does(name, level, expected):
    found = changed(name, level).clip(0, 255)
    np.testing.assert_allclose(found, np.asarray(expected, np.float32), atol=1.5)


def test_equalize_leaves_a_photo_of_one_value():
    flat = tf.fill([4, 4, 3], 77.0)
    np.testing.assert_array_equal(operations.equalize(flat, 0.5), flat)
    np.testing.assert_array_equal(operations.auto_contrast(flat, 0.5), flat)


@pytest.mark.parametrize(
    ("name", "level"),
    [(name, 0.0) for name in ("rotate", "shear_x", "shear_y", "translate_x", "translate_y")],
)
def test_no_movement_leaves_the_photo(name, level):
    np.testing.assert_allclose(changed(name, level), PHOTO, atol=1e-3)


def test_translations_by_hand():
    # 0.45 of 20 rows at full strength: 9.
    down = changed("translate_y", -1.0)
    np.testing.assert_allclose(down[9:], INTEGERS[:-9], atol=1e-2)
    np.testing.assert_array_equal(down[:9], 128.0)
    left = changed("translate_x", 2 / 13.5)  # 2 of 13.5 columns
    np.testing.assert_allclose(left[:, :-2], INTEGERS[:, 2:], atol=1e-2)


def test_a_turn_keeps_the_middle_and_moves_the_corners():
    image = tf.tensor_scatter_nd_update(tf.zeros([21, 21, 3]), [[10, 10]], [[255.0] * 3])
    turned = np.array(operations.rotate(image, tf.constant(1.0)))
    assert turned[10, 10, 0] == pytest.approx(255.0, abs=0.5)
    assert turned[0, 0, 0] == 128.0  # from outside
    assert turned[1:-1, 10, 0].max() == pytest.approx(255.0, abs=0.5)


def test_a_turn_is_by_30_degrees_at_full_strength():
    expected = PIL_PHOTO.filter(ImageFilter.BoxBlur(3)).rotate(30, Image.Resampling.BILINEAR)
    smooth = tf.constant(np.asarray(PIL_PHOTO.filter(ImageFilter.BoxBlur(3))), tf.float32)
    found = np.array(operations.rotate(smooth, tf.constant(1.0)))[6:-6, 9:-9]
    other = np.array(operations.rotate(smooth, tf.constant(-1.0)))[6:-6, 9:-9]
    expected = np.asarray(expected, np.float32)[6:-6, 9:-9]
    assert min(np.abs(found - expected).max(), np.abs(other - expected).max()) < 1.5


@pytest.mark.parametrize(("name", "axis"), [("shear_x", 0), ("shear_y", 1)])
def test_a_shear_keeps_the_middle_line(name, axis):
    image = np.zeros((21, 21, 3), np.float32)
    image[10, 10] = 255
    line = np.moveaxis(image, axis, 0)
    line[:, 10] = 255  # across the lines that are shifted
    found = np.array(getattr(operations, name)(tf.constant(image), tf.constant(1.0)))
    found = np.moveaxis(found, axis, 0)[..., 0]
    assert found[10, 10] == pytest.approx(255, abs=0.5)
    # Ten lines off the middle the shift is 3 at full strength.
    assert found[0].argmax() in (7, 13) or found[20].argmax() in (7, 13)
    assert found[0].argmax() + found[20].argmax() == 20


def test_every_operation_is_drawn():
    kinds = {
        operations.rand_augment(PHOTO, seed=[0, row], num_ops=1).numpy().tobytes()
        for row in range(200)
    }
    # Identity, auto_contrast, equalize, solarize and posterize have no sign: one result each.
    assert len(kinds) == 5 + 9 * 2


def test_a_weak_magnitude_changes_less_than_a_strong_one():
    def distance(magnitude):
        changes = [
            operations.rand_augment(PHOTO, seed=[1, row], magnitude=magnitude) - PHOTO
            for row in range(40)
        ]
        return np.mean(np.abs(changes))

    assert distance(1.0) < 0.6 * distance(10.0)


@pytest.mark.parametrize("num_ops", [1, 3])
def test_operations_follow_each_other(num_ops, monkeypatch):
    monkeypatch.setattr(operations, "OPERATIONS", (lambda image, level: image + 1,) * 2)
    photo = tf.ones([5, 7 + num_ops, 3])  # of a shape not traced before
    found = operations.rand_augment(photo, seed=[0, 1], num_ops=num_ops)
    np.testing.assert_array_equal(found, photo + num_ops)
