"""Small photos of the rows of a TFRecord folder, for looking at."""

import functools
import os

import numpy as np
import tensorflow as tf

from shopee_tf.data.record_order import IMAGE_FIELDS, decoded_image
from tfrecords.lookup import RecordLookup


class RecordPhotos:
    """Reads photos by their row; where each is in its shard is looked up at the first read.

    Args:
      folder: TFRecord folder with photos.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self._folder = str(folder)

    @functools.cached_property
    def _lookup(self) -> RecordLookup:
        return RecordLookup(self._folder)

    def read(self, rows: np.ndarray, *, side: int) -> np.ndarray:
        """Returns photos squeezed into squares, as encoders see them.

        Args:
          rows: [m] ints, in any order, all of them in the records.
          side: of the squares in pixels.

        Returns:
          [m, side, side, 3] uint8, in the order of the rows.
        """
        if not len(rows):
            return np.zeros((0, side, side, 3), np.uint8)
        photos = self._lookup.read(np.asarray(rows), fields=IMAGE_FIELDS).map(
            lambda record: tf.cast(tf.round(decoded_image(record, side)), tf.uint8),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        return np.stack(list(photos.as_numpy_iterator()))
