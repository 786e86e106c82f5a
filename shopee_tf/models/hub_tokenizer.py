"""A TF-Hub text preprocessor as a tokeniser of titles."""

import os
import pathlib

import tensorflow as tf

from shopee_tf.models.hub import copy_saved_model, load_saved_model
from shopee_tf.models.tokenizer import INPUT_NAMES, import_tensorflow_text
from tfrecords.errors import IntegrityError


class HubTokenizer:
    """Tokenises titles with a preprocessor SavedModel, at a length of our choice.

    Args:
      path: folder or TF-Hub handle; a SavedModel with `tokenize` and `bert_pack_inputs`.
      max_length: length of the result; longer titles are cut.

    Raises:
      UsageError: there is no such folder or handle, or TensorFlow Text is missing.
      IntegrityError: it is not a SavedModel, or one with another contract.
    """

    def __init__(self, path: str, *, max_length: int) -> None:
        import_tensorflow_text()  # registers the operations inside
        self.path = path
        self.max_length = max_length
        self._preprocessor = load_saved_model(path)
        missing = [
            name
            for name in ("tokenize", "bert_pack_inputs")
            if not hasattr(self._preprocessor, name)
        ]
        if missing:
            found = [name for name in dir(self._preprocessor) if not name.startswith("_")]
            raise IntegrityError(
                f"{path}: not a TF-Hub text preprocessor; it lacks {' and '.join(missing)}, and "
                f"has {found}"
            )

    def __call__(self, titles) -> dict[str, tf.Tensor]:
        """Tokenises a batch.

        Args:
          titles: [batch] string tensor.

        Returns:
          input_word_ids, input_mask and input_type_ids, each [batch, max_length] int32.
        """
        pieces = self._preprocessor.tokenize(titles)
        packed = self._preprocessor.bert_pack_inputs([pieces], tf.constant(self.max_length))
        return {
            name: tf.ensure_shape(tf.cast(packed[name], tf.int32), [None, self.max_length])
            for name in INPUT_NAMES
        }

    @property
    def resources(self) -> list:
        """What a SavedModel that tokenises with it has to hold: tables, files."""
        return [self._preprocessor]

    def save(self, folder: str | os.PathLike) -> None:
        """Copies the SavedModel to `preprocessor` in a folder."""
        copy_saved_model(self.path, pathlib.Path(folder) / "preprocessor")
