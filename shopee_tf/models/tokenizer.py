"""Word pieces of titles, inside tf.data or outside: strings in, int32 tokens out."""

import os
import pathlib
from collections.abc import Sequence

from shopee_tf.models.vocabulary import SPECIAL
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.files import open_read, write_text

VOCABULARY_FILE = "vocab.txt"
INPUT_NAMES = ("input_word_ids", "input_mask", "input_type_ids")


class WordPieceTokenizer:
    """Splits titles into the pieces of a vocabulary, and pads them.

    Args:
      vocabulary: the pieces, those of `SPECIAL` among them; "##" begins a piece within a word.
      max_length: length of the result; longer titles are cut.

    Raises:
      UsageError: a special piece is missing, or TensorFlow Text is.

    Example:

    >>> tokenizer = WordPieceTokenizer([*SPECIAL, "red", "shoe", "##s"], max_length=6)
    >>> tokenizer(["Red shoes!"])["input_word_ids"].numpy().tolist()
    [[2, 4, 5, 6, 1, 3]]
    """

    def __init__(self, vocabulary: Sequence[str], *, max_length: int) -> None:
        import tensorflow as tf

        missing = [piece for piece in SPECIAL if piece not in vocabulary]
        if missing:
            raise UsageError(f"the vocabulary lacks {' '.join(missing)}")
        self.vocabulary = list(vocabulary)
        self.max_length = max_length
        self._pad, _, self._start, self._end = (self.vocabulary.index(name) for name in SPECIAL)
        self._pieces = import_tensorflow_text().FastBertTokenizer(
            vocab=self.vocabulary,
            token_out_type=tf.int32,
            support_detokenization=False,
            lower_case_nfd_strip_accents=True,
        )

    def __call__(self, titles) -> dict:
        """Tokenises a batch.

        Args:
          titles: [batch] string tensor.

        Returns:
          input_word_ids, input_mask (1 for tokens, 0 for padding) and input_type_ids (zeros), each
          [batch, max_length] int32.
        """
        import tensorflow as tf

        pieces = self._pieces.tokenize(titles).merge_dims(1, -1)[:, : self.max_length - 2]
        ends = tf.ones([pieces.nrows(), 1], tf.int32)
        ids = tf.concat([self._start * ends, pieces, self._end * ends], axis=1)
        shape = [None, self.max_length]
        mask = tf.ones_like(ids).to_tensor(0, shape=shape)
        word_ids = ids.to_tensor(self._pad, shape=shape)
        return dict(zip(INPUT_NAMES, (word_ids, mask, tf.zeros_like(mask))))

    @property
    def resources(self) -> list:
        """What a SavedModel that tokenises with it has to hold: tables, files."""
        return [self._pieces]

    def save(self, folder: str | os.PathLike) -> None:
        """Writes the vocabulary into a folder, a piece a line."""
        write_text(pathlib.Path(folder) / VOCABULARY_FILE, "\n".join(self.vocabulary) + "\n")


def read_vocabulary(folder: str | os.PathLike) -> list[str]:
    """Reads the vocabulary that `WordPieceTokenizer.save` wrote.

    Raises:
      IntegrityError: there is none.
    """
    path = pathlib.Path(folder) / VOCABULARY_FILE
    try:
        with open_read(path) as file:
            return file.read().decode("utf-8").removesuffix("\n").split("\n")
    except FileNotFoundError:
        raise IntegrityError(f"{path}: no such file") from None


def import_tensorflow_text():
    """Imports TensorFlow Text, whose operations saved preprocessors need.

    Raises:
      UsageError: it is not installed, or is for another version of TensorFlow.
    """
    try:
        import tensorflow_text
    except ImportError as error:
        raise UsageError(
            f"titles need TensorFlow Text ({error}): pip install 'tensorflow-text!=2.21.0'"
        ) from None
    return tensorflow_text
