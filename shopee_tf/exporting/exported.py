"""The folder that an export leaves: the model, its card, and which encoder it was made from."""

import os
import pathlib
from collections.abc import Callable

import keras

from shopee_tf.exporting.formats import WRITERS
from shopee_tf.exporting.model_card import model_card, read_records
from shopee_tf.exporting.serving import serve
from shopee_tf.models.saving import load_encoder
from shopee_tf.runs import check_run
from shopee_tf.version import VERSION
from tfrecords import files
from tfrecords.errors import UsageError

MARKER = "export.json"
CARD = "MODEL_CARD.md"


def export_run(
    run: str | os.PathLike,
    folder: str | os.PathLike,
    *,
    format: str,
    check: Callable[[], None] = lambda: None,
) -> int:
    """Writes the encoder of a run in a format that needs none of this library, with a model card.

    Args:
      run: folder that a trainer wrote.
      folder: where; an export there is replaced. It appears complete or not at all.
      format: "saved_model" (`folder/1`) or "litert" (`folder/encoder.tflite`).
      check: called between steps; what it raises ends the export, which leaves nothing.

    Returns:
      The size of the model in bytes.

    Raises:
      UsageError: no such run, an encoder that this format cannot hold, or other things in `folder`.
      IntegrityError: a damaged run.

    Example:

    >>> export_run("runs/image", "exported/image", format="saved_model")  # doctest: +SKIP
    """
    run = pathlib.Path(run)
    if keras.backend.backend() != "tensorflow":
        raise UsageError(f"KERAS_BACKEND={keras.backend.backend()}: export needs tensorflow")
    files.check_replaceable(folder, MARKER)
    check_run(run)
    records = read_records(run)
    encoder = load_encoder(run / "encoder")
    check()
    with files.atomic_folder(folder, marker=MARKER) as path:
        WRITERS[format](serve(encoder), path)
        check()
        num_bytes = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        card = model_card(records, encoder, format=format, num_bytes=num_bytes)
        files.write_text(path / CARD, card)
        files.write_json(
            path / MARKER,
            {
                "format": format,
                "shopee_tf": VERSION,
                "kind": records.run.kind,
                "encoder_sha256": files.sha256(run / "encoder" / "manifest.json"),
            },
        )
        check()
    return num_bytes
