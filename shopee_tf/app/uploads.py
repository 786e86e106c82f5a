"""Photos that a browser sends: checked as those of a catalogue, before anything looks at them."""

from typing import NamedTuple

from shopee_tf.data.image_decoding import decode_photo
from shopee_tf.data.image_files import BadImage, ImageLimits
from shopee_tf.data.images import encode_image
from shopee_tf.data.phash import image_phash
from tfrecords.errors import DataError

MAX_MEGABYTES = 10
LIMITS = ImageLimits(max_bytes=MAX_MEGABYTES << 20)

_SENTENCES = {
    "not_an_image": "This is no photo: the file is empty, or holds something else.",
    "unsupported_format": "This format is not read; save the photo as JPEG or PNG.",
    "truncated": "The end of this photo is missing; send it again.",
    "corrupt": "This photo is damaged; save it anew.",
    "too_large": f"This photo is too large: at most {MAX_MEGABYTES} MB and 50 megapixels.",
    "too_small": "This photo is too small: at least 8 pixels a side.",
}


class Upload(NamedTuple):
    """A photo that can be asked about."""

    jpeg: bytes  # upright, RGB, without anything that was hidden in the file
    phash: str  # of the photo as it was sent, as a catalogue has it: encoding anew changes bits


def read_upload(data: bytes) -> Upload:
    """Checks and re-encodes a photo, by what it is and not by what it is called.

    Args:
      data: the bytes as they were sent.

    Raises:
      DataError: it is no photo, or none that a catalogue would take; with a sentence for the page.
    """
    try:
        if len(data) > LIMITS.max_bytes:
            raise BadImage("too_large", f"{len(data)} bytes")
        photo = decode_photo(data, limits=LIMITS)
        photo.image.info.clear()  # Pillow would write a comment again
        phash = image_phash(photo.image)
        return Upload(encode_image(photo, image_size=1024, jpeg_quality=95).jpeg, phash)
    except BadImage as error:
        raise DataError(_SENTENCES.get(error.reason, "This photo cannot be used.")) from None
