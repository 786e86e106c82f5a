"""A tokeniser that sees titles normalised: "250 gram" and "0,25kg" become the same pieces."""

import os
from collections.abc import Callable, Sequence

import numpy as np

from shopee_tf.data.title_normalization import check_steps, normalize_title


class NormalizingTokenizer:
    """Normalises titles in Python before another tokeniser cuts them, inside tf.data or outside.

    Args:
      tokenizer: titles [batch] string -> dict of int32 [batch, max_length], with a `save`.
      steps: names among `title_normalization.STEPS`.

    Raises:
      UsageError: there is no such step.
    """

    def __init__(self, tokenizer: Callable, *, steps: Sequence[str]) -> None:
        check_steps(steps)
        self.tokenizer = tokenizer
        self.steps = tuple(steps)

    def __call__(self, titles) -> dict:
        """Tokenises a batch of titles, [batch] string."""
        import tensorflow as tf

        titles = tf.convert_to_tensor(titles)
        normal = tf.numpy_function(self._normalize, [titles], tf.string, stateful=False)
        return self.tokenizer(tf.ensure_shape(normal, titles.shape))

    def save(self, folder: str | os.PathLike) -> None:
        """Writes what the inner tokeniser needs; the steps stand in the encoder's config."""
        self.tokenizer.save(folder)

    def _normalize(self, titles):
        texts = (title.decode("utf-8", errors="replace") for title in titles)
        return np.array([normalize_title(text, self.steps).encode() for text in texts], object)
