"""The training photos of a run, an epoch at a time."""

import os
from collections.abc import Callable

from shopee_tf.data import datasets, ordered_records, record_order
from shopee_tf.data.augment_config import AugmentConfig
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
    records = EpochRecords(
        config,
        in_order=lambda labels, order: ordered_records.ordered_images(
            folder, labels, image_size=image_size, order=order, keep=config.cache == "memory"
        ),
        in_memory=lambda labels: record_order.cache_images(folder, labels, image_size=image_size),
    )  # fmt: skip

    def dataset(encoder, table, *, epoch, batch_size, **where):
        return datasets.image_training_dataset(
            folder, table, image_size=image_size, seed=config.seed, epoch=epoch,
            batch_size=batch_size, augment=augment, shuffle_buffer=config.shuffle_buffer,
            **records.arguments(table, epoch=epoch, batch_size=batch_size), **where,
        )  # fmt: skip

    return dataset
