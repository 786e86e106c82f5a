"""The training photos of a run, an epoch at a time."""

import os
from collections.abc import Callable

from shopee_tf.data import datasets, ordered_records, record_order
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.record_order import IMAGE_FIELDS
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.epoch_records import EpochRecords


def photo_epochs(
    data: str | os.PathLike, config: TrainingConfig, *, image_size: int, augment: AugmentConfig
) -> Callable:
    """Returns what a `Task` needs as its dataset of photos.

    Args:
      data: TFRecord folder.
      config: order, cache and seed.
      image_size: side of the photos in pixels.
      augment: what is done to them.

    Returns:
      (encoder, class table [n], epoch=, batch_size=, skip_batches=, input_context=) -> one epoch,
      as `image_training_dataset` gives it.
    """
    folder = str(data)
    records = photo_records(folder, config, image_size=image_size)

    def dataset(encoder, table, *, epoch, batch_size, **where):
        return datasets.image_training_dataset(
            folder, table, image_size=image_size, seed=config.seed, epoch=epoch,
            batch_size=batch_size, augment=augment, shuffle_buffer=config.shuffle_buffer,
            **records.arguments(table, epoch=epoch, batch_size=batch_size), **where,
        )  # fmt: skip

    return dataset


def photo_records(
    folder: str, config: TrainingConfig, *, image_size: int, fields: tuple[str, ...] = IMAGE_FIELDS
) -> EpochRecords:
    """Returns where the records of each epoch come from.

    Args:
      folder: TFRecord folder.
      config: order, cache and seed.
      image_size: side in pixels of photos kept in memory.
      fields: of the records, `row` and `image` among them.
    """
    what = {"image_size": image_size, "fields": fields}
    return EpochRecords(
        config,
        in_order=lambda labels, order: ordered_records.ordered_images(
            folder, labels, order=order, keep=config.cache == "memory", **what
        ),
        in_memory=lambda labels: record_order.cache_images(folder, labels, **what),
    )
