"""Photos for tests: drawn, encoded, and decoded as the library does."""

import io

import numpy as np
from PIL import Image

from shopee_tf.data.image_decoding import decode_photo


def picture(width=56, height=40) -> Image.Image:
    """A smooth gradient: survives lossy compression."""
    across, down = np.meshgrid(np.linspace(30, 220, width), np.linspace(40, 200, height))
    return Image.fromarray(np.stack([across, down, 250 - across], axis=2).astype(np.uint8))


def encode(image, name, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def pixels(data, **options) -> np.ndarray:
    return np.asarray(decode_photo(data, **options).image).astype(float)
