"""Reading a folder of records, in order or in the order of an epoch."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrecords import files
from tfrecords.manifest import load_manifest, verify_folder
from tfrecords.schema import Record, parse

# Shards read at once when shuffling: neighbours in the catalogue end up far apart.
_CYCLE = 8


def read_records(
    folder: str,
    *,
    shuffle: bool = False,
    seed: int = 0,
    epoch: int = 0,
    shuffle_buffer: int = 2048,
    input_context: tf.distribute.InputContext | None = None,
    verify: bool = True,
    fields: tuple[str, ...] = Record._fields,
) -> tf.data.Dataset:
    """Returns the records of a folder that its manifest vouches for.

    Args:
      folder: local or remote, as make_tfrecords wrote it.
      shuffle: False gives the order of the catalogue's rows.
      seed: of the run.
      epoch: from 0. The order is a function of (seed, epoch), and so is each worker's share.
      shuffle_buffer: records held in memory to draw the next from.
      input_context: which worker this is; each record goes to one worker.
      verify: compares the sha256 of every file first; sizes and names are checked always.
      fields: names of the fields wanted; photos left out are not copied.

    Returns:
      A dataset of dicts of scalars, as `schema.parse` gives, one for each record.

    Raises:
      IntegrityError: the folder is unfinished, damaged, or holds what it should not.

    Example:

    >>> records = read_records("data/shopee", shuffle=True, seed=1, epoch=3)  # doctest: +SKIP
    >>> next(iter(records))["posting_id"]  # doctest: +SKIP
    <tf.Tensor: shape=(), dtype=string, numpy=b'train_129225211'>
    """
    manifest = verify_folder(folder) if verify else load_manifest(folder)
    paths = [files.join(str(folder), shard.name) for shard in manifest.shards if shard.records]
    rng = np.random.default_rng([seed, epoch])
    if shuffle:
        rng.shuffle(paths)
    workers, worker = 1, 0
    if input_context is not None:
        workers, worker = input_context.num_input_pipelines, input_context.input_pipeline_id
    by_file = len(paths) % workers == 0
    records = _read(paths[worker::workers] if by_file else paths, interleave=shuffle)
    if not by_file:
        records = records.shard(workers, worker)
    if shuffle:
        drawn = int(rng.integers(2**31))
        records = records.shuffle(shuffle_buffer, seed=drawn, reshuffle_each_iteration=False)
    return _parse(records, fields)


def read_shards(
    paths: Sequence[str], *, fields: tuple[str, ...] = Record._fields
) -> tf.data.Dataset:
    """Returns the records of files for which no manifest vouches yet, in order."""
    return _parse(_read(list(paths), interleave=False), fields)


def _parse(records: tf.data.Dataset, fields: tuple[str, ...]) -> tf.data.Dataset:
    return records.map(
        lambda serialized: parse(serialized, fields=fields), num_parallel_calls=tf.data.AUTOTUNE
    )


def _read(paths: list[str], *, interleave: bool) -> tf.data.Dataset:
    if not interleave or not paths:
        return tf.data.TFRecordDataset(paths, buffer_size=1 << 20)
    return tf.data.Dataset.from_tensor_slices(paths).interleave(
        tf.data.TFRecordDataset,
        cycle_length=min(_CYCLE, len(paths)),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
