"""What a build is to make: which rows go to which shard, and all that the bytes depend on."""

import hashlib
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.image_files import check_images
from shopee_tf.data.record_rows import ImageSettings, SourceRow, source_rows
from tfrecords.errors import UsageError
from tfrecords.writer import NAMINGS

SPLITS = ("train", "test")
# About 150 MB with photos of 512 pixels; a title takes some 300 bytes.
_ROWS_PER_SHARD, _TITLES_PER_SHARD = 2048, 65_536


class RecordPlan(NamedTuple):
    """A build, decided but not begun.

    Attributes:
      flags: everything that the bytes depend on, as plain JSON values.
      split: "train" or "test".
      naming: of the shards.
      settings: how photos are read.
      shards: the rows of each shard, in the order of the catalogue.
    """

    flags: dict
    split: str
    naming: str
    settings: ImageSettings
    shards: tuple[list[SourceRow], ...]


def make_plan(
    catalog: Catalog, settings: ImageSettings, *, num_shards: int | None, naming: str, split: str
) -> RecordPlan:
    """Deals the rows of a catalogue to shards.

    Args:
      catalog: the postings.
      settings: how photos are read.
      num_shards: None for shards of about 150 MB.
      naming: "tfrecord" or "kaggle".
      split: "train" or "test".

    Raises:
      UsageError: a setting that cannot be used, or no folder of photos.
      DataError: photos are asked for, and the catalogue names none.
    """
    if naming not in NAMINGS or split not in SPLITS:
        raise UsageError(f"expected naming in {NAMINGS}, split in {SPLITS}; got {naming}, {split}")
    check_images(catalog.images, settings.images)
    if num_shards is None:
        size = _TITLES_PER_SHARD if settings.images is None else _ROWS_PER_SHARD
        num_shards = -(-len(catalog) // size)
    if not 1 <= num_shards <= len(catalog):
        raise UsageError(f"--num_shards={num_shards}: expected 1 to {len(catalog)}, the rows")
    rows = source_rows(catalog)
    bounds = np.linspace(0, len(rows), num_shards + 1).astype(int)
    shards = tuple(rows[start:stop] for start, stop in zip(bounds[:-1], bounds[1:]))
    flags = _flags(catalog, settings, num_shards, naming, split)
    return RecordPlan(flags, split, naming, settings, shards)


def _flags(catalog, settings, num_shards, naming, split) -> dict:
    photos = settings._asdict() | settings.limits._asdict()
    del photos["limits"]
    return {
        "csv_sha256": _catalog_sha256(catalog),
        "split": split,
        "num_shards": num_shards,
        "naming": naming,
        **photos,
    }


def _catalog_sha256(catalog: Catalog) -> str:
    return hashlib.sha256(catalog.frame.to_csv(index=False).encode("utf-8")).hexdigest()
