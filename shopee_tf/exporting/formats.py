"""The formats that encoders are exported in: SavedModel and LiteRT."""

import os
import pathlib
from collections.abc import Callable

import tensorflow as tf

from shopee_tf.exporting.serving import ServedImageEncoder, ServedTitleEncoder
from tfrecords import files
from tfrecords.errors import UsageError

Served = ServedImageEncoder | ServedTitleEncoder

SAVED_MODEL = "1"
LITERT = "encoder.tflite"


def write_saved_model(served: Served, folder: str | os.PathLike) -> None:
    """Writes the SavedModel `1` in a folder, which TensorFlow Serving then serves as version 1."""
    names = [name for name in ("serving_default", "serving_pixels") if hasattr(served, name)]
    signatures = {name: getattr(served, name) for name in names}
    tf.saved_model.save(served, os.path.join(folder, SAVED_MODEL), signatures=signatures)


def write_litert(served: Served, folder: str | os.PathLike) -> None:
    """Writes `encoder.tflite` in a folder: pixels to embedding, in float32.

    Raises:
      UsageError: a title encoder, whose tokeniser has no LiteRT operations.
    """
    if not isinstance(served, ServedImageEncoder):
        raise UsageError("--format=litert is for photos: a tokeniser has no LiteRT operations")
    function = served.serving_pixels.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], served)
    with files.atomic_write(pathlib.Path(folder) / LITERT) as file:
        file.write(converter.convert())


WRITERS: dict[str, Callable[[Served, str | os.PathLike], None]] = {
    "saved_model": write_saved_model,
    "litert": write_litert,
}
