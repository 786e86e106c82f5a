"""Encoders as modules of TensorFlow functions: from the bytes of a photo, or a title, on."""

import tensorflow as tf

from shopee_tf.data.title_order import trim
from shopee_tf.encoding import accepts_any_length
from shopee_tf.exporting.photo_preparation import prepare_photos
from shopee_tf.exporting.title_text import clean_titles
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.models.saving import Encoder
from shopee_tf.models.title_encoder import TitleEncoder
from tfrecords.errors import UsageError


class ServedImageEncoder(tf.Module):
    """An image encoder that needs neither this library nor Python.

    Args:
      encoder: as `load_encoder` gives.

    Attributes:
      serving_default: image [batch] string, JPEG or PNG -> embedding [batch, dim] float32, not
        normalised, and valid [batch] bool; the embedding of a bad photo is zeros.
      serving_pixels: pixels [batch, image_size, image_size, 3] float32 in 0..255 -> embedding.
    """

    def __init__(self, encoder: ImageEncoder) -> None:
        super().__init__(name="image_encoder")
        config, size = encoder.config, encoder.config.image_size
        self.kept = _tracked(encoder)

        def encode_pixels(pixels):
            return {"embedding": encoder.model(pixels, training=False)}

        def encode_photos(image):
            pixels, valid = prepare_photos(image, image_size=size, stored_size=config.stored_size)
            return _blank_bad(encode_pixels(pixels)["embedding"], valid)

        self.serving_default = tf.function(
            encode_photos, input_signature=[tf.TensorSpec([None], tf.string, name="image")]
        )
        self.serving_pixels = tf.function(
            encode_pixels,
            input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32, name="pixels")],
        )


class ServedTitleEncoder(tf.Module):
    """A title encoder that needs TensorFlow Text, and not this library.

    Args:
      encoder: as `load_encoder` gives.

    Attributes:
      serving_default: title [batch] string, UTF-8 -> embedding [batch, dim] float32, not
        normalised, and valid [batch] bool; the embedding of an empty title is zeros.

    Raises:
      UsageError: the encoder normalises its titles, which takes Python.
    """

    def __init__(self, encoder: TitleEncoder) -> None:
        super().__init__(name="title_encoder")
        if encoder.config.title_steps:
            raise UsageError(
                f"--title_steps={','.join(encoder.config.title_steps)}: this encoder normalises "
                "titles in Python, which no exported model can; train one without --title_steps"
            )
        self.kept = [_tracked(encoder), encoder.tokenize.resources]
        cut = trim if accepts_any_length(encoder.model) else dict

        def encode_titles(title):
            cleaned = clean_titles(title)
            embedding = encoder.model(cut(encoder.tokenize(cleaned)), training=False)
            return _blank_bad(embedding, tf.strings.length(cleaned) > 0)

        self.serving_default = tf.function(
            encode_titles, input_signature=[tf.TensorSpec([None], tf.string, name="title")]
        )


def serve(encoder: Encoder) -> ServedImageEncoder | ServedTitleEncoder:
    """Returns an encoder as a module that can be saved.

    Raises:
      UsageError: an encoder that takes Python to run, or a joint one.
    """
    if isinstance(encoder, ImageEncoder):
        return ServedImageEncoder(encoder)
    if isinstance(encoder, TitleEncoder):
        return ServedTitleEncoder(encoder)
    raise UsageError(
        "a joint encoder of photos and titles cannot be exported; export those of "
        "trainers.image and trainers.text, or use this one with shopee_tf.embed_catalog"
    )


def _blank_bad(embedding, valid):
    return {"embedding": tf.where(valid[:, None], embedding, 0.0), "valid": valid}


def _tracked(encoder):
    """Everything that the functions refer to and a SavedModel must hold."""
    return [variable.value for variable in encoder.model.variables]
