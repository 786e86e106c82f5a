import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from shopee_tf.data.image_files import BadImage
from shopee_tf.data.images import decode_image, normalize_image, open_image


def photo(width, height, name="JPEG", **options) -> bytes:
    across, down = np.meshgrid(np.linspace(30, 220, width), np.linspace(40, 200, height))
    image = Image.fromarray(np.stack([across, down, 250 - across], axis=2).astype(np.uint8))
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((400, 200), (128, 64)),
        ((200, 400), (64, 128)),
        ((64, 64), (64, 64)),
        ((40, 30), (40, 30)),
        ((63, 90), (63, 90)),
    ],
)
def test_the_shorter_side_is_brought_down_and_never_up(size, expected):
    found = normalize_image(photo(*size), image_size=64)
    assert (found.width, found.height) == expected
    assert Image.open(io.BytesIO(found.jpeg)).size == expected


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_is_stored_is_a_jpeg_that_tensorflow_reads(name):
    found = normalize_image(photo(100, 80, name), image_size=64)
    image = tf.io.decode_jpeg(found.jpeg)
    assert image.shape == (found.height, found.width, 3) == (64, 80, 3)
    assert found.notes == (() if name == "JPEG" else ("reencoded",))


def test_the_picture_stays_the_same():
    data = photo(200, 160)
    normalized = Image.open(io.BytesIO(normalize_image(data, image_size=80).jpeg))
    reduced = open_image(data).resize((100, 80), Image.Resampling.BOX)
    assert np.abs(np.asarray(normalized).astype(float) - np.asarray(reduced)).mean() < 2


def test_quality_is_the_callers():
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    sizes = [
        len(normalize_image(buffer.getvalue(), jpeg_quality=quality).jpeg)
        for quality in (30, 60, 95)
    ]
    assert sizes == sorted(sizes) and sizes[0] * 2 < sizes[2]


def test_what_the_camera_wrote_of_itself_is_left_behind():
    exif = Image.Exif()
    exif[0x010F] = "Camera of a seller"
    assert b"Camera" not in normalize_image(photo(60, 60, exif=exif)).jpeg


def test_a_strip_too_long_for_a_jpeg_is_refused():
    with pytest.raises(BadImage, match="too_large: .* too long for a JPEG"):
        normalize_image(photo(66_000, 8, "PNG"))


@pytest.mark.parametrize("in_pipeline", [False, True])
@pytest.mark.parametrize("size", [(64, 64), (200, 150), (300, 700), (40, 30), (8, 500)])
def test_a_decoded_photo_is_a_square_of_floats(size, in_pipeline):
    jpeg = photo(*size)
    if in_pipeline:
        dataset = tf.data.Dataset.from_tensors(jpeg)
        image = next(iter(dataset.map(lambda data: decode_image(data, image_size=64))))
    else:
        image = decode_image(jpeg, image_size=64)
    assert image.shape == (64, 64, 3) and image.dtype == tf.float32
    assert np.min(image) >= 0 and np.max(image) <= 255


@pytest.mark.parametrize("ratio", [1, 2, 4, 8])
def test_a_large_photo_is_averaged_and_not_sampled(ratio):
    """Stripes one pixel wide are grey from afar; skipping pixels would give black or white."""
    side = 64 * ratio
    stripes = np.tile(np.array([[0], [255]], np.uint8), (side // 2, side))
    buffer = io.BytesIO()
    Image.fromarray(stripes).save(buffer, "JPEG", quality=100)
    image = decode_image(buffer.getvalue(), image_size=64).numpy()
    if ratio == 1:
        assert image.std() > 120
    else:
        assert np.abs(image - 127.5).max() < 12


def test_it_agrees_with_an_exact_reduction():
    data = photo(512, 512, quality=95)
    exact = np.asarray(open_image(data).resize((64, 64), Image.Resampling.BOX)).astype(float)
    assert np.abs(decode_image(data, image_size=64).numpy() - exact).max() < 4


def test_its_shape_is_known_before_it_runs():
    dataset = tf.data.Dataset.from_tensors(photo(64, 64))
    spec = dataset.map(lambda data: decode_image(data, image_size=32)).element_spec
    assert spec.shape == (32, 32, 3)
