"""Photos of every mode, depth and orientation become upright RGB."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.photos import encode, picture, pixels

pytestmark = pytest.mark.faults
ORIENTATION = 0x0112


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "1", "RGBA", "LA"])
def test_every_mode_becomes_rgb(mode):
    image = picture().convert("L").convert("RGB") if mode in "LA1" else picture()
    name = "JPEG" if mode in ("CMYK", "L") else "PNG"
    found = pixels(encode(image.convert(mode), name))
    assert found.shape == (40, 56, 3)
    assert np.abs(found.mean(axis=(0, 1)) - np.asarray(image).mean(axis=(0, 1))).max() < 3


def test_what_is_transparent_is_white():
    image = Image.new("RGBA", (16, 16), (200, 0, 0, 0))
    image.paste((10, 20, 30, 255), (0, 0, 8, 16))
    found = pixels(encode(image, "PNG"))
    assert found[0, 0].tolist() == [10, 20, 30]
    assert found[0, 15].tolist() == [255, 255, 255]


def test_half_transparent_is_half_white():
    found = pixels(encode(Image.new("RGBA", (16, 16), (0, 100, 255, 128)), "PNG"))
    assert np.abs(found[0, 0] - [127, 177, 255]).max() <= 1


def test_a_palette_with_a_transparent_colour():
    image = Image.new("P", (16, 16), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 8, 16))
    found = pixels(encode(image, "PNG", transparency=0))
    assert found[0, 0].tolist() == [0, 0, 255]
    assert found[0, 15].tolist() == [255, 255, 255]


def test_sixteen_bits_are_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    data = encode(Image.fromarray(ramp), "PNG")
    of_tensorflow = tf.image.decode_png(data, channels=3, dtype=tf.uint16).numpy() / 257
    assert np.abs(pixels(data) - of_tensorflow).max() <= 1
    assert abs(pixels(data).mean() - 127.5) < 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_rotation_of_the_camera_is_applied_once(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = encode(picture(), "PNG", exif=exif)
    upright = np.asarray(picture())
    expected = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, -1),
        7: np.rot90(upright, 2).transpose(1, 0, 2),
        8: np.rot90(upright, 1),
    }[orientation]
    assert np.array_equal(pixels(stored), expected)
