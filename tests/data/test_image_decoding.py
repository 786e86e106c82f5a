"""Section A of the table of faults: what may stand in a file that is called a photo."""

import random
import resource
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from shopee_tf.data.image_decoding import decode_photo
from shopee_tf.data.image_files import BadImage, ImageLimits
from tests.photos import encode, picture, pixels

pytestmark = pytest.mark.faults


def reason(data, **options) -> str:
    with pytest.raises(BadImage) as caught:
        decode_photo(data, **options)
    return caught.value.reason


def png_that_claims(width, height) -> bytes:
    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 500,
        b"<!DOCTYPE html><html></html>",
        b"<svg/>",
        random.Random(0).randbytes(4000),
    ],
    ids=["empty", "zeros", "html", "svg", "random"],
)
def test_what_is_no_image(data):
    assert reason(data) == "not_an_image"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("AVIF", {}),
    ],
)
def test_what_is_cut_off_is_never_accepted(name, options):
    data = encode(picture(), name, **options)
    rng = random.Random(name)
    for length in [len(data) - 1, len(data) - 2, len(data) // 2, 24, 3] + [
        rng.randrange(1, len(data)) for _ in range(20)
    ]:
        assert reason(data[:length]) in ("truncated", "not_an_image", "corrupt")
    assert reason(data[: len(data) // 2]) == "truncated"
    assert reason(data[:-2]) == "truncated"


def test_a_jpeg_with_a_preview_is_cut_off_all_the_same():
    """The preview in the header brings an end mark of its own."""
    preview = encode(picture(16, 16), "JPEG")
    exif = Image.Exif()
    exif[0x010E] = preview
    data = encode(picture(), "JPEG", exif=exif)
    assert data.count(b"\xff\xd9") == 2
    assert decode_photo(data).notes == ()
    assert reason(data[:-2]) == "truncated"


def test_a_jpeg_cut_off_is_taken_only_when_asked_and_noted():
    data = encode(picture(), "JPEG", quality=95)
    cut = data[: len(data) * 3 // 4]
    assert decode_photo(cut, recover_truncated=True).notes == ("recovered",)
    assert decode_photo(data, recover_truncated=True).notes == ()
    upper = pixels(cut, recover_truncated=True)[:8]
    assert np.abs(upper - pixels(data)[:8]).max() == 0
    assert reason(data[:100], recover_truncated=True) == "truncated"


def test_padding_after_the_end_does_no_harm():
    assert decode_photo(encode(picture(), "JPEG") + bytes(100)).notes == ()


@pytest.mark.parametrize("name", ["PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"])
def test_the_content_decides_whatever_the_name_says(name):
    found = decode_photo(encode(picture(), name))
    assert (found.image.mode, found.image.size, found.notes) == ("RGB", (56, 40), ("reencoded",))
    assert np.abs(np.asarray(found.image).astype(float) - np.asarray(picture())).mean() < 12


@pytest.mark.parametrize(
    ("start", "name"),
    [(b"8BPS\0\1" + bytes(40), "Photoshop"), (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC")],
)
def test_a_format_that_is_known_but_not_read_is_named(start, name):
    with pytest.raises(BadImage, match=f"unsupported_format: {name}"):
        decode_photo(start)


def test_pillow_is_not_asked_to_run_other_programs():
    assert reason(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n") == "unsupported_format"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_damaged_exif_block_costs_no_photo():
    data = encode(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(9))
    assert decode_photo(data).image.size == (56, 40)


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue", "green", "white")]
    found = decode_photo(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert found.notes == ("reencoded", "animated")
    assert found.image.getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("side", [10_000, 30_000, 60_000])
def test_a_decompression_bomb_is_never_decoded(side):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert reason(png_that_claims(side, side)) == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


def test_the_limit_on_pixels_is_the_callers():
    data = encode(picture(), "PNG")
    assert reason(data, limits=ImageLimits(max_pixels=56 * 40 - 1)) == "too_large"
    assert decode_photo(data, limits=ImageLimits(max_pixels=56 * 40)).image.size == (56, 40)


@pytest.mark.parametrize(
    ("size", "kept"), [((1, 1), False), ((1, 10_000), False), ((7, 40), False), ((8, 9_000), True)]
)
def test_a_photo_needs_eight_pixels_a_side(size, kept):
    data = encode(Image.new("RGB", size), "PNG")
    if kept:
        assert decode_photo(data).image.size == size
    else:
        assert reason(data) == "too_small"


@pytest.mark.filterwarnings("ignore")
def test_hostile_bytes_do_no_harm():
    """Mutations of every format: each is decoded or refused, and none takes long."""
    rng = random.Random(3)
    formats = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"]
    seeds = [encode(picture(24, 24), name) for name in formats]
    outcomes = {"decoded": 0, "refused": 0}
    for _ in range(10_000):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        start = time.perf_counter()
        try:
            decode_photo(bytes(data), limits=ImageLimits(max_pixels=1_000_000))
            outcomes["decoded"] += 1
        except BadImage:
            outcomes["refused"] += 1
        assert time.perf_counter() - start < 5  # hung: each takes milliseconds
    assert min(outcomes.values()) > 1_000
