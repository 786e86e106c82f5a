"""Which rows of a TFRecord folder a run trains on, in which classes, and which choose its epoch."""

import hashlib
import os
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import assign_folds, draw_products, fold_rows, split_hash
from shopee_tf.training.config import TrainingConfig
from tfrecords import files
from tfrecords.errors import DataError, UsageError
from tfrecords.manifest import CATALOG, Manifest, load_manifest, verify_folder


class TrainingRows(NamedTuple):
    """The rows of a run.

    Attributes:
      catalog: of the folder.
      train: [t] int32 rows trained on.
      choose: [c] int32 rows that choose the epoch; empty where it is not chosen.
      table: [n] int32, the class of each training row, -1 for every other row.
      folds: [n] int32, the fold of each row; None where all rows are trained on.
      num_classes: classes among the training rows: only these get a centre.
      identity: what a checkpoint must agree with: number and sha256 of the classes, sha256 of the
        records, hash of the split.
    """

    catalog: Catalog
    train: np.ndarray
    choose: np.ndarray
    table: np.ndarray
    folds: np.ndarray | None
    num_classes: int
    identity: dict[str, str | int | None]


def training_rows(
    folder: str | os.PathLike,
    config: TrainingConfig,
    *,
    needs_images: bool,
    needs_labels: bool = True,
) -> TrainingRows:
    """Reads the catalogue of a TFRecord folder and picks the rows of a run.

    Args:
      folder: TFRecord folder.
      config: fold, seeds and limits.
      needs_images: refuses a folder built without photos.
      needs_labels: refuses a catalogue without products; else no rows choose the epoch, and where
        there are no products each listing is one.

    Raises:
      UsageError: no photos where they are needed.
      DataError: no labels, one class, or no row.
      IntegrityError: the folder is incomplete or damaged.
    """
    folder = str(folder)
    manifest = load_manifest(folder)
    if needs_images and not manifest.has_images:
        raise UsageError(f"--data={folder}: built without photos; give --images= to make_tfrecords")
    if config.verify:
        verify_folder(folder)
    catalog = read_catalog(files.join(folder, CATALOG))
    labels = np.arange(len(catalog)) if catalog.labels is None else catalog.labels
    if catalog.labels is None and needs_labels:
        raise DataError(f"{folder}: no column label_group, so nothing to train on")
    present = _present_rows(manifest, config.limit_rows)
    if config.fold is None:
        folds, split = None, None
        train, choose = present, np.zeros(0, np.int32)
    else:
        folds = assign_folds(catalog, num_folds=config.num_folds, seed=config.split_seed)
        rows = fold_rows(folds, config.fold)
        train, choose = np.intersect1d(rows.train, present), np.intersect1d(rows.choose, present)
        split = split_hash(catalog, folds)
        if not needs_labels:
            choose = choose[:0]
        elif not len(choose):
            raise DataError(f"{folder}: fold {config.fold + 1} has no rows to choose an epoch on")
    if config.train_postings is not None:
        drawn = draw_products(labels[train], limit=config.train_postings)
        train = train[drawn]
    found = _dense(
        catalog, train, choose, labels=labels, records=_records_sha256(manifest), split=split
    )
    return found._replace(folds=folds)


def _present_rows(manifest: Manifest, limit: int | None) -> np.ndarray:
    """The rows that are in the records: those skipped when they were built are not."""
    rows = np.arange(manifest.rows_in if limit is None else min(limit, manifest.rows_in))
    return np.setdiff1d(rows, [skip.row for skip in manifest.skipped])


def _dense(catalog, train, choose, *, labels, records, split) -> TrainingRows:
    if not len(train):
        raise DataError("no rows to train on")
    classes, dense = np.unique(labels[train], return_inverse=True)
    if len(classes) < 2:
        raise DataError(
            f"the {len(train)} training rows are all of one product; training needs at least two"
        )
    table = np.full(len(catalog), -1, np.int32)
    table[train] = dense
    pairs = [f"{catalog.posting_ids[row]}:{table[row]}" for row in train]
    identity = {
        "number of classes": len(classes),
        "sha256 of the records": records,
        "sha256 of the classes": hashlib.sha256("\n".join(pairs).encode()).hexdigest(),
        "split hash": split,
    }
    return TrainingRows(
        catalog,
        train.astype(np.int32),
        choose.astype(np.int32),
        table,
        None,
        len(classes),
        identity,
    )


def _records_sha256(manifest: Manifest) -> str:
    shas = [shard.sha256 for shard in manifest.shards]
    return hashlib.sha256("\n".join([manifest.catalog_sha256, *shas]).encode()).hexdigest()
