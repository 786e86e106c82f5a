"""Decodes a photo of whatever format to upright RGB, or says why it cannot be."""

import functools
import io
import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from shopee_tf.data.image_files import DEFAULT_LIMITS, BadImage, ImageLimits
from shopee_tf.data.image_formats import DECODED, is_complete, sniff

# What Pillow warns of is counted here, or, as a damaged EXIF block, does not matter.
warnings.filterwarnings("ignore", module=r"PIL\.")

_ORIENTATION = 0x0112
_XMP = ("xmp", "XML:com.adobe.xmp")
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class DecodedPhoto(NamedTuple):
    """A photo decoded.

    Attributes:
      image: upright, RGB.
      notes: what was mended: "reencoded" (not a JPEG), "animated" (first frame taken),
        "recovered" (cut off, the rest grey).
    """

    image: Image.Image
    notes: tuple[str, ...]


def decode_photo(
    data: bytes, *, limits: ImageLimits = DEFAULT_LIMITS, recover_truncated: bool = False
) -> DecodedPhoto:
    """Decodes a photo of any format, whatever its name says.

    The header is read first: what claims too many pixels is never decoded. Transparency is laid
    on white, 16-bit grey is scaled by 1/257, the EXIF rotation is applied.

    Args:
      data: the bytes of the file.
      limits: what is refused.
      recover_truncated: takes what there is of a JPEG that was cut off.

    Raises:
      BadImage: not_an_image, unsupported_format, truncated, corrupt, too_large or too_small.
    """
    image = _read_header(data, limits)
    notes = ("reencoded",) * (image.format not in ("JPEG", "MPO"))
    if image.format != "MPO" and getattr(image, "is_animated", False):
        notes += ("animated",)
    if not is_complete(data, image.format):
        if not (recover_truncated and image.format == "JPEG"):
            raise BadImage("truncated", f"the end of the {image.format} is missing")
        # With an end mark libjpeg fills the rest with grey, where Pillow would go on reading.
        image = _read_header(data + b"\xff\xd9", limits)
        notes += ("recovered",)
    return DecodedPhoto(_decode(image), notes)


def header_size(data: bytes, *, limits: ImageLimits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Reads width and height in pixels, as stored: whatever an EXIF rotation says of them.

    Raises:
      BadImage: not_an_image, unsupported_format, truncated, corrupt, too_large or too_small.
    """
    return _read_header(data, limits).size


def _read_header(data: bytes, limits: ImageLimits) -> Image.Image:
    """Opens without decoding, and refuses by what the header says."""
    try:
        image = Image.open(io.BytesIO(data), formats=_formats())
    except UnidentifiedImageError:
        raise _unidentified(data) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage("too_large", str(error)) from None
    except Exception as error:  # the codecs raise whatever hostile bytes make them raise
        reason = "corrupt" if is_complete(data, sniff(data)) else "truncated"
        raise BadImage(reason, _describe(error)) from None
    width, height = image.size
    if width * height > limits.max_pixels:
        raise BadImage("too_large", f"{width} x {height} pixels")
    if min(width, height) < limits.min_side:
        raise BadImage("too_small", f"{width} x {height} pixels")
    return image


@functools.cache
def _formats() -> tuple[str, ...]:
    """The formats of `DECODED` that this Pillow was built with."""
    Image.init()
    return tuple(name for name in DECODED if name in Image.OPEN)


def _unidentified(data: bytes) -> BadImage:
    name = sniff(data)
    if not data:
        return BadImage("not_an_image", "the file is empty")
    if name is None:
        return BadImage("not_an_image", f"{len(data)} bytes that begin {data[:8]!r}")
    if name not in _formats():
        return BadImage("unsupported_format", name)
    return BadImage("truncated", f"{len(data)} bytes of a {name}")


def _decode(image: Image.Image) -> Image.Image:
    try:
        orientation = _orientation(image)
        image.load()
        if orientation in _UPRIGHT:
            image = image.transpose(_UPRIGHT[orientation])
        return _to_rgb(image)
    except Exception as error:  # the codecs raise whatever hostile bytes make them raise
        reason = "truncated" if "truncated" in str(error) else "corrupt"
        raise BadImage(reason, _describe(error)) from None


def _orientation(image: Image.Image) -> int:
    """The EXIF rotation; 1, upright, where the EXIF block is damaged or absent.

    Pillow would go by the XMP block too, where browsers and exported encoders do not.
    """
    for name in _XMP:
        image.info.pop(name, None)
    try:
        if "exif" not in image.info:
            return image.getexif().get(_ORIENTATION, 1)
        exif = Image.Exif()  # a new one: that of the image may have been read with the XMP block
        exif.load(image.info["exif"])
        return exif.get(_ORIENTATION, 1)
    except Exception:  # a damaged block raises many things, and the photo is good without it
        return 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        image = Image.fromarray((np.clip(np.asarray(image) / 257 + 0.5, 0, 255)).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image if image.mode == "RGB" else image.convert("RGB")  # which would copy it


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
