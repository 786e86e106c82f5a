"""Scalars for TensorBoard."""

import os
from collections.abc import Mapping

import tensorflow as tf


class ScalarWriter:
    """Writes the numbers of an epoch's line while the block runs.

    Args:
      folder: what `tensorboard --logdir` is pointed at.
      active: False writes nothing, for the workers that are not the chief.
    """

    def __init__(self, folder: str | os.PathLike, *, active: bool = True) -> None:
        self._writer = tf.summary.create_file_writer(str(folder)) if active else None

    def __enter__(self) -> "ScalarWriter":
        return self

    def __exit__(self, *error) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, line: Mapping[str, float], *, step: int) -> None:
        """Writes every number of `line` under its name."""
        if self._writer is None:
            return
        with self._writer.as_default(step=step):
            for name, value in line.items():
                tf.summary.scalar(name, value)
        self._writer.flush()
