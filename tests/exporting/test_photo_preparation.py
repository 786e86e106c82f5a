"""Photos prepared in a graph against photos prepared by the library."""

import io
import random

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from shopee_tf.data.images import decode_image, normalize_image
from shopee_tf.exporting.photo_preparation import prepare_photos
from tests.photos import encode, picture

SIZE, STORED = 32, 48
ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def prepare():
    def traced(photos):
        return prepare_photos(photos, image_size=SIZE, stored_size=STORED)

    return tf.function(traced, input_signature=[tf.TensorSpec([None], tf.string)])


def expected(data):
    jpeg = normalize_image(data, image_size=STORED).jpeg
    return decode_image(jpeg, image_size=SIZE).numpy()


def noisy(width=90, height=70, mode="RGB"):
    """A picture with detail: noise over a gradient."""
    noise = np.random.default_rng(0).normal(0, 12, (height, width, 3))
    pixels = np.asarray(picture(width, height)) + noise
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert(mode)


def see_through(image):
    """The image, more and more transparent to the right."""
    image = image.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").rotate(90).resize(image.size))
    return image


PHOTOS = {
    "jpeg": encode(noisy(), "JPEG", quality=95),
    "progressive": encode(noisy(), "JPEG", progressive=True),
    "grey": encode(noisy(mode="L"), "JPEG"),
    "cmyk": encode(noisy(mode="CMYK"), "JPEG"),
    "small": encode(noisy(40, 36), "JPEG"),
    "long": encode(noisy(400, 60), "JPEG"),
    "large": encode(picture(900, 700), "JPEG"),
    "png": encode(noisy(), "PNG"),
    "grey png": encode(noisy(mode="L"), "PNG"),
    "palette": encode(noisy(mode="P"), "PNG"),
    "transparent": encode(see_through(noisy()), "PNG"),
    "transparent palette": encode(noisy(mode="P"), "PNG", transparency=7),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_pixels_are_those_of_the_library(prepare, name):
    found = prepare([PHOTOS[name]])
    assert found.valid.numpy().tolist() == [True]
    difference = np.abs(found.pixels[0] - expected(PHOTOS[name]))
    # The library shrinks what is over six times too large in two steps, the graph in one.
    assert difference.mean() < (0.5 if name == "large" else 0.1)
    assert difference.max() < 6


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0II*\0\x08\0\0\0" + bytes(6)])
def test_an_xmp_block_turns_nothing_here_nor_in_the_library(prepare, exif):
    """Pillow goes by it where the EXIF block says nothing, or there is none."""
    data = encode(picture(64, 48), "JPEG", exif=exif)
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'
    turned = data[:2] + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp + data[2:]
    assert Image.open(io.BytesIO(turned)).getexif().get(ORIENTATION) == 6
    np.testing.assert_array_equal(normalize_image(turned).jpeg, normalize_image(data).jpeg)
    assert np.abs(prepare([turned]).pixels[0] - expected(turned)).mean() < 0.1


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("orientation", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_photos_are_turned_as_their_exif_block_says(prepare, orientation, order):
    exif = Image.Exif()
    exif.endian = "<" if order == "II" else ">"
    exif[0x010F], exif[ORIENTATION], exif[0x0131] = "a camera", orientation, "a program"
    data = encode(picture(64, 48), "JPEG", exif=exif)
    assert f"Exif\0\0{order}".encode() in data
    np.testing.assert_allclose(prepare([data]).pixels[0], expected(data), atol=3)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("cut", [6, 10, 14, 16, 20, 24, 27, 28, 30])
def test_a_cut_exif_block_is_read_as_the_library_reads_it(prepare, cut):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = encode(picture(64, 48), "JPEG", exif=exif.tobytes()[:cut])
    np.testing.assert_allclose(prepare([data]).pixels[0], expected(data), atol=3)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("place", range(10, 28))
def test_a_changed_exif_block_is_read_as_the_library_reads_it(prepare, place):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    block = bytearray(exif.tobytes())
    block[place] = 0xFF
    data = encode(picture(64, 48), "JPEG", exif=bytes(block))
    np.testing.assert_allclose(prepare([data]).pixels[0], expected(data), atol=3)


BAD = {
    "empty": b"",
    "one byte": b"\xff",
    "text": b"<html>not a photo</html>" * 9,
    "a start of JPEG": b"\xff\xd8\xff",
    "a start of PNG": b"\x89PNG\r\n\x1a\n",
    "no header after it": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "half a JPEG": PHOTOS["jpeg"][: len(PHOTOS["jpeg"]) // 2],
    "a JPEG without its end": PHOTOS["jpeg"][:-1],
    "half a PNG": PHOTOS["png"][: len(PHOTOS["png"]) // 2],
    "a PNG without its end": PHOTOS["png"][:-12],
    "too small": encode(picture(90, 7), "JPEG"),
    "too many pixels": encode(Image.new("L", (10_000, 5_001)), "PNG"),
    "another format": encode(picture(), "WEBP"),
    "GIF": encode(picture(), "GIF"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_photo_is_zeros_and_harms_no_other(prepare, name):
    good = PHOTOS["jpeg"]
    found = prepare([BAD[name], good, BAD[name]])
    assert found.valid.numpy().tolist() == [False, True, False]
    np.testing.assert_array_equal(found.pixels[::2], 0)
    np.testing.assert_array_equal(found.pixels[1], prepare([good]).pixels[0])


def test_more_bytes_than_the_library_takes_are_refused(prepare):
    assert not prepare([PHOTOS["jpeg"] + bytes(32 << 20)]).valid[0]


@pytest.mark.faults
@pytest.mark.parametrize("name", ["jpeg", "progressive", "png", "transparent palette"])
def test_whatever_the_bytes_the_batch_is_prepared(prepare, name):
    """Photos cut anywhere, or with bytes changed: garbled or left out, never an error."""
    draw, data = random.Random(name), PHOTOS[name]
    cut = [data[: draw.randrange(len(data))] for _ in range(60)]
    flipped = []
    for _ in range(120):
        changed = bytearray(data)
        for _ in range(draw.choice([1, 3, 20])):
            changed[draw.randrange(draw.choice([64, len(data)]))] = draw.randrange(256)
        flipped.append(bytes(changed))
    found = prepare([data, *cut, *flipped, data])
    assert not found.valid[1 : 1 + len(cut)].numpy().any()
    assert found.valid.numpy()[[0, -1]].all()
    assert np.isfinite(found.pixels).all()
    np.testing.assert_array_equal(found.pixels[~found.valid.numpy()], 0)


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["grocery", "sop_furniture"])
def test_real_photos_have_the_pixels_of_the_library(shared_data, folder):
    paths = sorted((shared_data / folder / "train_images").iterdir())[::40]
    data = [path.read_bytes() for path in paths]
    found = prepare_photos(tf.constant(data), image_size=96, stored_size=160)
    assert found.valid.numpy().all()
    for photo, pixels in zip(data, found.pixels.numpy()):
        jpeg = normalize_image(photo, image_size=160).jpeg
        wanted = decode_image(jpeg, image_size=96).numpy()
        assert np.abs(pixels - wanted).mean() < 0.05
