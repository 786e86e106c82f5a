"""tf.data pipelines of photos with their titles, for training and for inference.

The order is that of photos: a batch decodes photos for longer than it computes padding, so titles
of like length are not brought together; each batch is cut to its longest.
"""

import numpy as np
import tensorflow as tf

from shopee_tf.data.augment import keras_cv_augmenter
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.record_order import (
    JOINT_FIELDS,
    decoded_image,
    epoch_records,
    only,
    share,
)
from shopee_tf.data.title_order import Tokenize, trim
from shopee_tf.data.training_photos import training_photo
from tfrecords.reader import read_records


def joint_training_dataset(
    folder: str,
    labels: np.ndarray,
    *,
    image_size: int,
    tokenize: Tokenize,
    batch_size: int,
    seed: int = 0,
    epoch: int = 0,
    skip_batches: int = 0,
    augment: AugmentConfig | str = "basic",
    cut: bool = True,
    shuffle_buffer: int = 2048,
    cached: tf.data.Dataset | None = None,
    records: tf.data.Dataset | None = None,
    input_context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Returns one epoch of training photos with their titles, tokenised.

    Args: as in `datasets.image_training_dataset`, and
      tokenize: titles [b] string -> dict of int32 [b, max_length].
      augment: without a mixture: a title cannot be half of one product and half of another.
      cut: cuts each batch to its longest title; False keeps `max_length`, as TPUs and some
        SavedModels need.

    Returns:
      A dataset of (features, labels [b] int32, rows [b] int32); features are a dict of image
      [b, image_size, image_size, 3] float32 in 0..255 and the tokens [b, length] int32.
    """
    augment = AugmentConfig(augment) if isinstance(augment, str) else augment
    if records is None:
        records = epoch_records(
            folder, labels, fields=JOINT_FIELDS, seed=seed, epoch=epoch,
            shuffle_buffer=shuffle_buffer, cached=cached,
        )  # fmt: skip
    mine, size = share(records, batch_size, skip_batches, input_context)
    change = keras_cv_augmenter(image_size) if "keras_cv" in augment.names else tf.identity

    def to_photo(record):
        image = training_photo(record, augment, image_size=image_size, seed=seed, epoch=epoch)
        return {**record, "image": image}

    def to_example(batch):
        features = with_titles(change(batch["image"]), batch["title"], tokenize, cut=cut)
        return features, batch["label"], batch["row"]

    photos = mine.map(to_photo, num_parallel_calls=tf.data.AUTOTUNE)
    batches = photos.batch(size, drop_remainder=True)
    return batches.map(to_example, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def joint_inference_dataset(
    folder: str,
    *,
    image_size: int,
    tokenize: Tokenize,
    batch_size: int,
    rows: np.ndarray | None = None,
    cut: bool = True,
) -> tf.data.Dataset:
    """Returns every photo with its title once, the last batch as short as it is.

    Args: as in `datasets.image_inference_dataset`, and
      tokenize, cut: as in `joint_training_dataset`.

    Returns:
      A dataset of (features as in `joint_training_dataset`, rows [b] int32).
    """
    records = only(read_records(folder, verify=False, fields=JOINT_FIELDS), rows)
    photos = records.map(
        lambda record: {**record, "image": decoded_image(record, image_size)},
        num_parallel_calls=tf.data.AUTOTUNE,
    )

    def to_example(batch):
        return with_titles(batch["image"], batch["title"], tokenize, cut=cut), batch["row"]

    batches = photos.batch(batch_size)
    return batches.map(to_example, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def with_titles(images, titles, tokenize: Tokenize, *, cut: bool) -> dict:
    """Returns what a joint encoder takes.

    Args:
      images: [b, image_size, image_size, 3] float32 in 0..255.
      titles: [b] string.
      tokenize, cut: as in `joint_training_dataset`.
    """
    tokens = tokenize(tf.convert_to_tensor(titles))
    return {"image": images, **(trim(tokens) if cut else tokens)}
