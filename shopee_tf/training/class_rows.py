"""The photos of the largest products, split for a classifier of them."""

import hashlib
import os
from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import split_hash
from shopee_tf.data.record_order import only
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.training_rows import TrainingRows, training_rows
from tfrecords.errors import DataError
from tfrecords.reader import read_records

TRAIN, VALIDATION, TEST = 0, 1, 2


class ClassRows(NamedTuple):
    """The rows of a classifier.

    Attributes:
      rows: those trained on, and those of validation as `choose`.
      test: [t] int32 rows that are looked at once, in the end.
      products: [num_classes] int32, the label of each class in the catalogue.
      num_identical: photos left out, as another row has the same.
    """

    rows: TrainingRows
    test: np.ndarray
    products: np.ndarray
    num_identical: int

    def classes(self, rows: np.ndarray) -> np.ndarray:
        """Returns the class of each of these rows: [m] int32."""
        return np.searchsorted(self.products, self.rows.catalog.labels[rows]).astype(np.int32)


def class_rows(folder: str | os.PathLike, config: TrainingConfig, *, num_classes: int) -> ClassRows:
    """Takes the largest products, leaves out identical photos, and splits 80 / 10 / 10.

    The split is stratified, a function of `config.split_seed` and the catalogue.

    Args:
      folder: TFRecord folder, with photos.
      config: split_seed, and whether to verify the records first.
      num_classes: products to take; of equally large ones those first in the catalogue's order of
        labels.

    Raises:
      DataError: no labels, fewer products, or one with fewer than three photos that differ.
      IntegrityError: the folder is incomplete or damaged.
    """
    everything = training_rows(folder, config, needs_images=True)
    catalog, present = everything.catalog, everything.train
    products = largest_products(catalog.labels[present], num_classes)
    mine = present[np.isin(catalog.labels[present], products)]
    kept = first_of_each(mine, photo_hashes(folder, mine))
    parts = stratified_parts(catalog.labels[kept], seed=config.split_seed)
    part_of_row = np.full(len(catalog), -1, np.int32)
    part_of_row[kept] = parts
    train, test = kept[parts == TRAIN], kept[parts == TEST]
    table = np.full(len(catalog), -1, np.int32)
    table[train] = np.searchsorted(products, catalog.labels[train])
    rows = everything._replace(
        train=train, choose=kept[parts == VALIDATION], table=table, num_classes=num_classes,
        identity=everything.identity
        | {"number of classes": num_classes, "split hash": split_hash(catalog, part_of_row)},
    )  # fmt: skip
    return ClassRows(rows, test, products, len(mine) - len(kept))


def largest_products(labels: np.ndarray, number: int) -> np.ndarray:
    """Returns the labels that most rows have, ascending.

    Args:
      labels: [n] int32.
      number: of labels; of those with equally many rows the smaller come first.

    Raises:
      DataError: there are fewer.

    Example:

    >>> largest_products(np.array([4, 2, 2, 7, 7, 7, 5, 5]), 2).tolist()
    [2, 7]
    """
    products, sizes = np.unique(labels, return_counts=True)
    if len(products) < number:
        raise DataError(
            f"the catalogue has {len(products)} products with photos; lower --num_classes={number}"
        )
    return np.sort(products[np.argsort(-sizes, kind="stable")[:number]])


def photo_hashes(folder: str | os.PathLike, rows: np.ndarray) -> np.ndarray:
    """Returns the sha256 of each row's photo as it is stored: [m] str.

    Equal files are stored as equal bytes, as the normalisation of photos is deterministic.

    Args:
      folder: TFRecord folder.
      rows: [m] int32, ascending.
    """
    records = only(read_records(str(folder), verify=False, fields=("row", "image")), rows)
    found = {
        int(record["row"]): hashlib.sha256(record["image"]).hexdigest()
        for record in records.as_numpy_iterator()
    }
    return np.array([found[row] for row in rows.tolist()])


def first_of_each(rows: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Returns the rows whose hash no earlier row has, in their order.

    Example:

    >>> first_of_each(np.array([3, 5, 8]), np.array(["b", "a", "b"])).tolist()
    [3, 5]
    """
    return rows[np.sort(np.unique(hashes, return_index=True)[1])]


def stratified_parts(labels: np.ndarray, *, seed: int, share: float = 0.1) -> np.ndarray:
    """Deals the rows of each label to training, validation and test.

    Args:
      labels: [n] int32.
      seed: of the deal.
      share: of a label's rows that validation gets, and test as many; at least one each.

    Returns:
      [n] int32: TRAIN, VALIDATION or TEST.

    Raises:
      DataError: a label with fewer than three rows.

    Example:

    >>> np.bincount(stratified_parts(np.array([0] * 20 + [1] * 5), seed=0)).tolist()
    [19, 3, 3]
    """
    random = np.random.default_rng(seed)
    parts = np.full(len(labels), TRAIN, np.int32)
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        if len(rows) < 3:
            raise DataError(
                f"a product has {len(rows)} photos that differ, and a split needs three; lower "
                "--num_classes"
            )
        size = max(round(share * len(rows)), 1)
        parts[rows[:size]] = TEST
        parts[rows[size : 2 * size]] = VALIDATION
    return parts
