"""Sizes of photos from their headers."""

import numpy as np
import pytest

from shopee_tf.data.image_decoding import header_size
from shopee_tf.data.image_files import BadImage
from shopee_tf.data.photo_sizes import photo_sizes
from tests.photos import encode, picture


def test_sizes_are_in_the_order_of_the_names(tmp_path):
    for width in (20, 30, 40):
        (tmp_path / f"{width}.jpg").write_bytes(encode(picture(width, 25), "JPEG"))
    sizes = photo_sizes(tmp_path, ["30.jpg", "20.jpg", "40.jpg"])
    np.testing.assert_array_equal(sizes, [[30, 25], [20, 25], [40, 25]])


def test_what_is_no_photo_has_no_size(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"<html>")
    np.testing.assert_array_equal(photo_sizes(tmp_path, ["a.jpg", "b.jpg", "../c.jpg"]), 0)


def test_no_names_have_no_sizes(tmp_path):
    assert photo_sizes(tmp_path, []).shape == (0, 2)


def test_progress_comes_to_its_end(tmp_path):
    seen = []
    photo_sizes(tmp_path, ["a"] * 300, progress=lambda *done: seen.append(done))
    assert seen == [(256, 300), (300, 300)]


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "BMP"])
def test_the_header_of_every_format_is_read(name):
    assert header_size(encode(picture(33, 21), name)) == (33, 21)


def test_a_header_that_claims_too_much_is_refused():
    with pytest.raises(BadImage, match="too_large"):
        header_size(encode(picture(100, 100).resize((9000, 9000)), "PNG"))
