"""How many rows a step takes, and how many steps an epoch."""

import logging
import math

from shopee_tf.data.class_order import num_class_batches
from shopee_tf.training import distribution
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import PAIR_HEADS
from shopee_tf.training.training_rows import TrainingRows
from tfrecords.errors import DataError


def fitting_batch_size(
    config: TrainingConfig, rows: TrainingRows, strategy: distribution.Strategy
) -> int:
    """Returns the global batch: as asked for, or fewer where there are not so many rows.

    Args:
      config: the batch size asked for; with a head that compares rows, also the rows of a class.
      rows: to train on.
      strategy: whose devices share the batch evenly.

    Raises:
      UsageError: the devices cannot share the batch size asked for.
      DataError: too few rows for the devices.
    """
    wanted, num_replicas = config.batch_size, strategy.num_replicas_in_sync
    distribution.check_batch_size(wanted, strategy)
    most, multiple = len(rows.train), num_replicas
    if config.head in PAIR_HEADS:
        most = rows.num_classes * config.rows_per_class
        multiple = math.lcm(num_replicas, config.rows_per_class)
    if most >= wanted:
        return wanted
    fewer = most // multiple * multiple
    if not fewer:
        raise DataError(f"{len(rows.train)} training rows are too few for {num_replicas} devices")
    logging.warning(
        "%d training rows of %d products: batch size %d, not %d",
        len(rows.train), rows.num_classes, fewer, wanted,
    )  # fmt: skip
    return fewer


def steps_per_epoch(config: TrainingConfig, rows: TrainingRows, *, batch_size: int) -> int:
    """Returns the batches of an epoch: all of the rows but less than a batch.

    A head that compares rows sees some rows twice an epoch, where the rows of a class are no
    multiple of those in a batch: see `class_order`.
    """
    if config.head not in PAIR_HEADS:
        return len(rows.train) // batch_size
    return num_class_batches(
        rows.table, rows_per_class=config.rows_per_class, batch_size=batch_size
    )
