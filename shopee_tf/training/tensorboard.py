"""Events for TensorBoard."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf


class EventWriter:
    """Writes what TensorBoard shows of a run while the block runs.

    Args:
      folder: what `tensorboard --logdir` is pointed at.
      active: False writes nothing, for the workers that are not the chief.
    """

    def __init__(self, folder: str | os.PathLike, *, active: bool = True) -> None:
        self.folder, self.active = folder, active
        self._writer = tf.summary.create_file_writer(str(folder)) if active else None

    def __enter__(self) -> "EventWriter":
        return self

    def __exit__(self, *error) -> None:
        if self._writer is not None:
            self._writer.close()

    def write_scalars(self, line: Mapping[str, float], *, step: int) -> None:
        """Writes every number of `line` under its name."""
        self._write(step, [(tf.summary.scalar, name, value) for name, value in line.items()])

    def write_picture(self, name: str, pixels: np.ndarray, *, step: int) -> None:
        """Writes a picture, [height, width, 3] uint8."""
        self._write(step, [(tf.summary.image, name, pixels[None])])

    def write_table(self, name: str, cells: Sequence[Sequence[str]], *, step: int) -> None:
        """Writes rows of cells, each as long as the others, in Markdown."""
        self._write(step, [(tf.summary.text, name, tf.constant(cells))])

    def _write(self, step, summaries) -> None:
        if self._writer is None:
            return
        with self._writer.as_default(step=step):
            for summary, name, value in summaries:
                summary(name, value)
        self._writer.flush()
