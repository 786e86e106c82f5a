"""What a model card says of inputs, outputs and loading; the code in it is run by the tests."""

from shopee_tf.exporting.formats import LITERT, SAVED_MODEL
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.models.title_encoder import TitleEncoder

_USES = {
    "cosine": "The embedding is not normalised: divide by its length before scalar products.",
    "distance": "The embedding is compared as it is, by Euclidean distance: do not normalise it.",
    "logits": "The embedding is the logits of the products listed below, in their order.",
}

_IMAGE = """\
| signature | input | output |
|---|---|---|
| `serving_default` | `image` [batch] string: bytes of JPEG or PNG files | {embedding}, {valid} |
| `serving_pixels` | {pixels} | {embedding} |

A photo that cannot be used (no JPEG or PNG, cut off, damaged, over 32 MiB or 50 million pixels,
a side under 8) does not fail the batch: `valid` is false and its row is zeros.
{use}

Photos are prepared as in training: turned by the EXIF block of a JPEG, laid on white, the shorter
side brought down to {stored_size} pixels, re-encoded as JPEG of quality 90, decoded and resized to
{size} x {size}. What shopee_tf does beyond that, and this model does not: other formats (WebP,
GIF, BMP, TIFF, AVIF), EXIF rotation of PNG files, rounding of 16-bit PNG files (here their lower
bytes are cut off)."""

_LITERT = """\
| signature | input | output |
|---|---|---|
| `serving_default` | {pixels} | {embedding} |

Photos were prepared in training so: turned upright, laid on white, the shorter side brought down
to {stored_size} pixels, re-encoded as JPEG of quality 90, decoded and resized to {size} x {size}
(bilinear). {use}"""

_TITLE = """\
| signature | input | output |
|---|---|---|
| `serving_default` | `title` [batch] string, UTF-8 | {embedding}, {valid} |

An empty title has a row of zeros, and `valid` is false.
{use}

Titles are cleaned as in training: Unicode NFKC, no control characters, single spaces, at most
1,000 characters and {max_length} tokens. Literal byte escapes (`b'\\xe2\\x9d\\xa4'`), which
shopee_tf undoes, stay as they are."""

_LOAD_IMAGE = """\
import tensorflow as tf

encoder = tf.saved_model.load("{folder}").signatures
photos = [open(name, "rb").read() for name in ["photo.jpg"]]
found = encoder["serving_default"](image=tf.constant(photos))
print(found["embedding"].shape, found["valid"].numpy())"""

_LOAD_LITERT = """\
import numpy as np
import tensorflow as tf  # or ai_edge_litert.interpreter, where tf.lite is gone

encoder = tf.lite.Interpreter("{litert}").get_signature_runner("serving_default")
pixels = np.zeros([1, {size}, {size}, 3], np.float32)
found = encoder(pixels=pixels)
print(found["embedding"].shape)"""

_LOAD_TITLE = """\
import tensorflow as tf
import tensorflow_text  # its operations are in the graph

encoder = tf.saved_model.load("{folder}").signatures["serving_default"]
found = encoder(title=tf.constant(["Red shoe 38"]))
print(found["embedding"].shape, found["valid"].numpy())"""

_LOGITS = {
    "saved_model": 'print(found["embedding"].numpy().argmax(axis=1))  # places in the list below',
    "litert": 'print(found["embedding"].argmax(axis=1))  # places in the list below',
}

_TEXTS = {
    ("image", "saved_model"): (_IMAGE, _LOAD_IMAGE),
    ("image", "litert"): (_LITERT, _LOAD_LITERT),
    ("title", "saved_model"): (_TITLE, _LOAD_TITLE),
}


def usage(
    encoder: ImageEncoder | TitleEncoder, format: str, *, made_for: str = "cosine"
) -> dict[str, str]:
    """Returns heading -> text of two sections: the signatures, and the code that loads the model.

    Args:
      encoder: the encoder exported.
      format: "saved_model" or "litert".
      made_for: what its embeddings are for: "cosine", "distance" or "logits".
    """
    is_image, config = isinstance(encoder, ImageEncoder), encoder.config
    signatures, load = _TEXTS["image" if is_image else "title", format]
    facts = {
        "embedding": f"`embedding` [batch, {encoder.model.output_shape[-1]}] float32",
        "valid": "`valid` [batch] bool",
        "folder": SAVED_MODEL,
        "litert": LITERT,
        "use": _USES[made_for],
    }
    if is_image:
        size = config.image_size
        pixels = f"`pixels` [batch, {size}, {size}, 3] float32, RGB in 0..255"
        facts |= {"size": size, "stored_size": config.stored_size, "pixels": pixels}
    else:
        facts["max_length"] = config.max_length
    code = load.format(**facts)
    if made_for == "logits":
        code += f"\n{_LOGITS[format]}"
    return {
        "Inputs and outputs": signatures.format(**facts),
        "How to load it": f"```python\n{code}\n```",
    }
