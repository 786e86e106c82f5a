"""Training records in an order of our own, looked up in a folder or kept in memory."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from shopee_tf.data.record_order import (
    IMAGE_FIELDS,
    TITLE_FIELDS,
    decoded_images,
    labelled,
    title_records,
)
from tfrecords.lookup import RecordLookup

_AT_ONCE = 64  # records handed from Python to tf.data together


class OrderedRecords:
    """The records of training rows in the order that a function gives, epoch by epoch.

    Args:
      folder: TFRecord folder.
      labels: [n] int32, the class of each row of the catalogue; -1 for rows not trained on.
      fields: of the records, `row` among them.
      order: (labels, batch_size=, seed=, epoch=) -> [m] rows of an epoch, as `class_order`.
      keep: records with a label, every training row once: they are read through, kept in memory
        and used instead of the folder. None looks each record up in the folder, on a local disk.
    """

    def __init__(
        self,
        folder: str,
        labels: np.ndarray,
        *,
        fields: tuple[str, ...],
        order: Callable[..., np.ndarray],
        keep: tf.data.Dataset | None = None,
    ) -> None:
        self._labels, self._fields, self._order = labels, fields, order
        self._kept, self._lookup = None, None
        if keep is None:
            self._lookup = RecordLookup(folder)
        else:
            self._kept = KeptRecords(keep, int(np.count_nonzero(labels >= 0)))

    def epoch(self, *, seed: int, epoch: int, batch_size: int) -> tf.data.Dataset:
        """Returns the records of an epoch, with their labels."""
        rows = self._order(self._labels, batch_size=batch_size, seed=seed, epoch=epoch)
        if self._kept is not None:
            return self._kept.read(rows)
        return labelled(self._lookup.read(rows, fields=self._fields), self._labels)


def ordered_titles(
    folder: str, labels: np.ndarray, *, order: Callable[..., np.ndarray], keep: bool
) -> OrderedRecords:
    """Returns the training titles; `keep` holds them in memory."""
    kept = title_records(folder, labels) if keep else None
    return OrderedRecords(folder, labels, fields=TITLE_FIELDS, order=order, keep=kept)


def ordered_images(
    folder: str,
    labels: np.ndarray,
    *,
    order: Callable[..., np.ndarray],
    keep: bool,
    image_size: int,
    fields: tuple[str, ...] = IMAGE_FIELDS,
) -> OrderedRecords:
    """Returns the training photos; `keep` holds them in memory, decoded to `image_size` pixels."""
    kept = None
    if keep:
        kept = decoded_images(folder, labels, image_size=image_size, fields=fields)
    return OrderedRecords(folder, labels, fields=fields, order=order, keep=kept)


class KeptRecords:
    """Records in memory, to be read by row in any order.

    Args:
      records: dicts of tensors of fixed shapes, with a scalar `row`, each row once.
      count: how many.
    """

    def __init__(self, records: tf.data.Dataset, count: int) -> None:
        self._spec = records.element_spec
        self._arrays = {
            name: np.empty((count, *spec.shape), spec.dtype.as_numpy_dtype)
            for name, spec in self._spec.items()
        }
        for place, record in enumerate(records.as_numpy_iterator()):
            for name, array in self._arrays.items():
                array[place] = record[name]
        self._place = {int(row): place for place, row in enumerate(self._arrays["row"])}

    def read(self, rows: np.ndarray) -> tf.data.Dataset:
        """Returns the records of these rows, in this order; a row may come several times."""
        places = np.array([self._place[int(row)] for row in rows], np.int64)
        dataset = tf.data.Dataset.from_tensor_slices(places).batch(_AT_ONCE)
        return dataset.map(self._gather).unbatch()

    def _gather(self, places: tf.Tensor) -> dict[str, tf.Tensor]:
        values = tf.numpy_function(
            lambda places: [array[places] for array in self._arrays.values()], [places],
            [spec.dtype for spec in self._spec.values()], stateful=False,
        )  # fmt: skip
        return {
            name: tf.ensure_shape(value, [None, *spec.shape])
            for value, (name, spec) in zip(values, self._spec.items())
        }
