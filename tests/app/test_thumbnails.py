import io

import pytest
from PIL import Image

from shopee_tf.app.thumbnails import SIDE, thumbnail
from tests.photos import picture

OUTSIDE = (
    "../secret.jpg", "../../etc/passwd", "/etc/passwd", "a/../../secret.jpg", "..\\secret.jpg",
    "C:\\secret.jpg", "file:///etc/passwd", "http://evil.example/a.jpg", "\0.jpg", "", ".", "..",
)  # fmt: skip


def test_a_photo_is_made_small(tmp_path):
    picture(900, 600).save(tmp_path / "a.png")
    image = Image.open(io.BytesIO(thumbnail(str(tmp_path), "a.png")))
    assert image.size == (SIDE, SIDE * 2 // 3)


@pytest.mark.faults
@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_outside_the_folder_is_read(tmp_path, name):
    picture(40, 40).save(tmp_path / "secret.jpg")
    (tmp_path / "photos").mkdir()
    assert thumbnail(str(tmp_path / "photos"), name) is None
