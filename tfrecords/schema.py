"""A record: its fields, and how it is written to and read from bytes."""

from typing import NamedTuple

import tensorflow as tf

SCHEMA_VERSION = 1


class Record(NamedTuple):
    """One posting.

    Attributes:
      row: its row in the catalogue, from 0: what results are joined by.
      posting_id: of the catalogue.
      title: cleaned.
      image: a normalised JPEG; b"" in a folder built without photos.
      image_phash: 16 hex characters, or "".
      label_group: the product as the catalogue names it, or "".
      label: dense class from 0, or -1.
      source_sha256: of the photo's file before normalisation, in hex, or "".
    """

    row: int
    posting_id: str
    title: str
    image: bytes
    image_phash: str
    label_group: str
    label: int
    source_sha256: str = ""


_INTEGERS = ("row", "label")


def serialize(record: Record) -> bytes:
    """Returns a record as a serialized `tf.train.Example`; equal records give equal bytes."""
    features = {name: _feature(value) for name, value in record._asdict().items()}
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def _feature(value: int | str | bytes) -> tf.train.Feature:
    if isinstance(value, int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
    data = value.encode("utf-8") if isinstance(value, str) else value
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[data]))


def parse(serialized: tf.Tensor, *, fields: tuple[str, ...] = Record._fields) -> dict:
    """Returns the fields of one serialized record; works inside `tf.data`.

    Args:
      serialized: [] string.
      fields: names of the fields wanted: those left out cost nothing.

    Returns:
      A dict of scalars: `row` and `label` int32, the rest string.
    """
    wanted = {
        name: tf.io.FixedLenFeature([], tf.int64 if name in _INTEGERS else tf.string)
        for name in fields
    }
    parsed = tf.io.parse_single_example(serialized, wanted)
    return {
        name: tf.cast(value, tf.int32) if name in _INTEGERS else value
        for name, value in parsed.items()
    }
