"""Uploads: whatever is sent, the page gets a plain JPEG or one sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from shopee_tf.app.uploads import read_upload
from shopee_tf.data.phash import image_phash
from tests.photos import encode, picture
from tfrecords.errors import DataError


def bomb(side=30_000):
    """The header of a PNG of so many pixels a side, and nothing behind it."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


JPEG = encode(picture(), "JPEG")
SCRIPT = b"<script>alert(1)</script>"
REFUSED = {
    "bomb": (bomb(), "too large"),
    "empty": (b"", "no photo"),
    "11 MB": (JPEG + b"\0" * (11 << 20), "too large"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no photo"),
    "html": (b"<html>" + SCRIPT, "no photo"),
    "gif and script": (b"GIF89a" + SCRIPT, "missing|damaged"),
    "half": (JPEG[: len(JPEG) // 2], "missing"),
    "pdf": (b"%PDF-1.7\n", "not read"),
    "speck": (encode(picture(3, 3), "PNG"), "too small"),
}


@pytest.mark.faults
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_one_sentence(name):
    data, sentence = REFUSED[name]
    with pytest.raises(DataError, match=sentence) as error:
        read_upload(data)
    assert "\n" not in str(error.value)


@pytest.mark.faults
def test_what_a_photo_hides_is_gone():
    comment = b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT
    clean = read_upload(JPEG[:2] + comment + JPEG[2:] + SCRIPT).jpeg
    assert b"script" not in clean and clean.startswith(b"\xff\xd8")


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "BMP"])
def test_other_formats_become_jpeg(name):
    image = Image.open(io.BytesIO(read_upload(encode(picture(), name)).jpeg))
    assert (image.format, image.size) == ("JPEG", (56, 40))
    assert np.abs(np.asarray(image).mean() - np.asarray(picture()).mean()) < 4


def test_the_hash_is_that_of_the_photo_as_it_was_sent(sample):
    for path in sorted((sample / "train_images").iterdir())[:40]:
        data = path.read_bytes()
        assert read_upload(data).phash == image_phash(Image.open(io.BytesIO(data)).convert("RGB"))
