"""Records of a folder by their row, in any order."""

import struct
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrecords import files
from tfrecords.errors import IntegrityError
from tfrecords.manifest import load_manifest
from tfrecords.schema import Record, parse

# A record in a TFRecord file: its length as uint64, a checksum, the bytes, a checksum.
_HEADER, _FOOTER = 12, 4
_AT_ONCE = 64  # records handed from Python to tf.data together


class RecordLookup:
    """Where each row of a folder begins in its shards, found once, to read rows in any order.

    Meant for local disks: each record is a seek and a read. The checksums inside the shards are
    not compared, as `read_records` does: verify the folder first.

    Args:
      folder: as make_tfrecords wrote it.

    Raises:
      IntegrityError: the folder is unfinished, or a shard holds another number of records than its
        manifest says.
    """

    def __init__(self, folder: str) -> None:
        manifest = load_manifest(folder)
        skipped = [skip.row for skip in manifest.skipped]
        # Records are in the order of the catalogue's rows.
        self._rows = np.setdiff1d(np.arange(manifest.rows_in), skipped)
        self._paths = [files.join(str(folder), shard.name) for shard in manifest.shards]
        spans = [_spans(path, shard.records) for path, shard in zip(self._paths, manifest.shards)]
        self._shards = np.repeat(np.arange(len(spans)), [len(found) for found in spans])
        self._spans = np.concatenate(spans)  # [records, 2] int64: first byte, length

    def read(
        self, rows: np.ndarray, *, fields: tuple[str, ...] = Record._fields
    ) -> tf.data.Dataset:
        """Returns the records of these rows, in this order; a row may come several times.

        Args:
          rows: [m] int rows of the catalogue, all of them in the records.
          fields: names of the fields wanted.

        Returns:
          A dataset of dicts of scalars, as `schema.parse` gives.
        """
        places = np.searchsorted(self._rows, rows)
        found = places < len(self._rows)
        if not found.all() or (self._rows[places] != rows).any():
            raise IndexError(f"expected rows of the {len(self._rows)} records, received others")
        dataset = tf.data.Dataset.from_tensor_slices(places).batch(_AT_ONCE)
        return (
            dataset.map(self._serialized)
            .unbatch()
            .map(
                lambda serialized: parse(serialized, fields=fields),
                num_parallel_calls=tf.data.AUTOTUNE,
            )
        )

    def _serialized(self, places: tf.Tensor) -> tf.Tensor:
        serialized = tf.numpy_function(self._read, [places], tf.string, stateful=False)
        return tf.ensure_shape(serialized, [None])

    def _read(self, places: Sequence[int]) -> np.ndarray:
        found = np.empty(len(places), object)
        for shard in np.unique(self._shards[places]):
            with tf.io.gfile.GFile(self._paths[shard], "rb") as file:
                for index in np.flatnonzero(self._shards[places] == shard):
                    first, length = self._spans[places[index]]
                    file.seek(int(first))
                    found[index] = file.read(int(length))
        return found


def _spans(path: str, num_records: int) -> np.ndarray:
    """The first byte and the length of each record of a file, [num_records, 2] int64."""
    spans, position = [], 0
    with tf.io.gfile.GFile(path, "rb") as file:
        size = file.size()
        while position < size:
            file.seek(position)
            (length,) = struct.unpack("<Q", file.read(_HEADER)[:8])
            spans.append((position + _HEADER, length))
            position += _HEADER + length + _FOOTER
    if len(spans) != num_records or position != size:
        raise IntegrityError(f"{path}: expected {num_records} records, found {len(spans)}")
    return np.array(spans, np.int64).reshape(-1, 2)
