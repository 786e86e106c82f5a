"""Small photos: a JPEG of bounded size, or nothing."""

import io

import pytest
from PIL import Image

from shopee_tf.data.thumbnails import small_photo
from tests.photos import picture


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(("name", "size"), [("a.png", (80, 40)), ("b.png", (40, 80))])
def test_the_longer_side_is_as_asked_for(tmp_path, name, size):
    picture(*(10 * side for side in size)).save(tmp_path / name)
    image = opened(small_photo(str(tmp_path), name, side=80))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)


def test_a_photo_is_never_enlarged(tmp_path):
    picture(20, 10).save(tmp_path / "a.png")
    assert opened(small_photo(str(tmp_path), "a.png", side=80)).size == (20, 10)


@pytest.mark.faults
@pytest.mark.parametrize("name", ["a.jpg", "none.jpg", "", "../a.jpg"])
def test_what_is_no_photo_is_none(tmp_path, name):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"no photo")
    picture(20, 20).save(tmp_path / "a.jpg")
    assert small_photo(str(tmp_path / "photos"), name, side=80) is None


def test_without_a_folder_there_is_no_picture():
    assert small_photo(None, "a.jpg", side=80) is None
