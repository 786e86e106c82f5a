"""The training photos of a run with their titles, an epoch at a time."""

import os
from collections.abc import Callable

from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.joint_datasets import joint_training_dataset
from shopee_tf.data.record_order import JOINT_FIELDS
from shopee_tf.encoding import accepts_any_length
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.photo_epochs import photo_records


def joint_epochs(
    data: str | os.PathLike, config: TrainingConfig, *, image_size: int, augment: AugmentConfig
) -> Callable:
    """Returns what a `Task` needs as its dataset of photos with their titles.

    Args:
      data: TFRecord folder.
      config: order, cache and seed; titles keep their full length for a TPU.
      image_size: side of the photos in pixels.
      augment: what is done to the photos.

    Returns:
      (joint encoder, class table [n], epoch=, batch_size=, skip_batches=, input_context=) -> one
      epoch, as `joint_training_dataset` gives it.
    """
    folder = str(data)
    records = photo_records(folder, config, image_size=image_size, fields=JOINT_FIELDS)

    def dataset(encoder, table, *, epoch, batch_size, **where):
        return joint_training_dataset(
            folder, table, image_size=image_size, tokenize=encoder.title.tokenize,
            seed=config.seed, epoch=epoch, batch_size=batch_size, augment=augment,
            cut=config.strategy != "tpu" and accepts_any_length(encoder.title.model),
            shuffle_buffer=config.shuffle_buffer,
            **records.arguments(table, epoch=epoch, batch_size=batch_size), **where,
        )  # fmt: skip

    return dataset
