"""A KerasHub preset as an encoder of titles."""

import os
import pathlib

import keras

from shopee_tf.models.tokenizer import INPUT_NAMES
from tfrecords.errors import UsageError
from tfrecords.files import read_json, write_json

_NAMES = dict(zip(("token_ids", "padding_mask", "segment_ids"), INPUT_NAMES))


def load_backbone(preset: str, *, pretrained: bool = True, flag: str | None = None) -> keras.Model:
    """Loads the backbone of a preset.

    Args:
      preset: name or folder.
      pretrained: False leaves its weights as they are made.
      flag: what the user wrote, for errors; --encoder=PRESET where not given.

    Raises:
      UsageError: KerasHub is missing, or there is no such preset.
    """
    try:
        return import_keras_hub().models.Backbone.from_preset(preset, load_weights=pretrained)
    except ImportError as error:
        raise UsageError(f"{flag or f'--encoder={preset}'}: {_first_line(error)}") from error
    except (OSError, ValueError, KeyError) as error:
        said = flag or f"--encoder={preset}"
        raise UsageError(f"{said}: not a preset of KerasHub ({_first_line(error)})") from error


def preset_features(backbone: keras.Model, inputs: dict):
    """Applies a backbone.

    Args:
      backbone: from `load_backbone`.
      inputs: dict of input_word_ids, input_mask, input_type_ids, each [batch, length].

    Returns:
      The vectors of the tokens, [batch, length, dim], and the encoder's pooled vector,
      [batch, dim]; where it has none, that of the first token.

    Raises:
      UsageError: it is not an encoder of text.
    """
    names = set(backbone.input) if isinstance(backbone.input, dict) else set()
    if not {"token_ids", "padding_mask"} <= names <= set(_NAMES):
        raise UsageError(f"--encoder: {type(backbone).__name__} takes {sorted(names)}, not titles")
    outputs = backbone({name: inputs[_NAMES[name]] for name in names})
    if not isinstance(outputs, dict):
        return outputs, outputs[:, 0]
    tokens = outputs["sequence_output"]
    return tokens, outputs.get("pooled_output", tokens[:, 0])


class PresetTokenizer:
    """Tokenises titles as the preset's encoder was taught to read them.

    Args:
      preset: name or folder.
      backbone: from `load_backbone`; saved along.
      max_length: length of the result; longer titles are cut.
    """

    def __init__(self, preset: str, backbone: keras.Model, *, max_length: int) -> None:
        self.backbone = backbone
        self.max_length = max_length
        kind = import_keras_hub().models.TextClassifierPreprocessor
        try:
            self._preprocessor = kind.from_preset(
                preset, sequence_length=max_length, name="preprocessor"
            )
        except (OSError, ValueError, KeyError) as error:
            raise UsageError(
                f"--encoder={preset}: KerasHub has no tokeniser for it ({_first_line(error)})"
            ) from error

    def __call__(self, titles) -> dict:
        """Tokenises a batch: [batch] strings -> dict of [batch, max_length] int32."""
        import tensorflow as tf

        packed = self._preprocessor(titles)
        shape = [None, self.max_length]
        found = {_NAMES[name]: tf.cast(value, tf.int32) for name, value in packed.items()}
        found.setdefault("input_type_ids", tf.zeros_like(found["input_word_ids"]))
        return {name: tf.ensure_shape(found[name], shape) for name in INPUT_NAMES}

    @property
    def resources(self) -> list:
        """What a SavedModel that tokenises with it has to hold: tables, files."""
        return [self._preprocessor]

    def save(self, folder: str | os.PathLike) -> None:
        """Writes the preset to `preset` in a folder, without its weights.

        Those of the encoder are saved with the rest of it. Equal presets give equal files.
        """
        path = pathlib.Path(folder) / "preset"
        self.backbone.save_to_preset(str(path))
        self._preprocessor.save_to_preset(str(path))
        for weights in path.glob("*.weights.h5"):
            weights.unlink()
        metadata = read_json(path / "metadata.json")
        metadata.pop("date_saved", None)
        write_json(path / "metadata.json", metadata)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def import_keras_hub():
    """Imports KerasHub.

    Raises:
      UsageError: it is missing.
    """
    try:
        import keras_hub
    except ImportError as error:
        raise UsageError(f"a KerasHub preset needs it ({error}): pip install keras-hub") from None
    return keras_hub
