"""tf.data pipelines from a TFRecord folder: photos and titles, for training and for inference.

Training and inference are apart on purpose. Training draws labelled rows in an order that is a
function of (seed, epoch) and drops the last short batch. Inference gives every row once, with its
row number, and keeps the last short batch.
"""

import numpy as np
import tensorflow as tf

from shopee_tf.data.augment import keras_cv_augmenter
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.mixing import mix_batches
from shopee_tf.data.record_order import (
    IMAGE_FIELDS,
    TITLE_FIELDS,
    decoded_image,
    epoch_records,
    only,
    share,
)
from shopee_tf.data.title_order import Tokenize, epoch_seed, tokenized_records, trim
from shopee_tf.data.training_photos import training_photo
from tfrecords.reader import read_records


def image_training_dataset(
    folder: str,
    labels: np.ndarray,
    *,
    image_size: int,
    batch_size: int,
    seed: int = 0,
    epoch: int = 0,
    skip_batches: int = 0,
    augment: AugmentConfig | str = "basic",
    shuffle_buffer: int = 2048,
    cached: tf.data.Dataset | None = None,
    records: tf.data.Dataset | None = None,
    input_context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Returns one epoch of training photos.

    Args:
      folder: TFRecord folder.
      labels: [n] int32, the class of each row of the catalogue; -1 for rows not trained on.
      image_size: side of the photos in pixels.
      batch_size: global, on all devices together.
      seed: of the run.
      epoch: from 0; the order and the augmentation are functions of (seed, epoch).
      skip_batches: leaves out that many global batches at the beginning.
      augment: what is done to the photos; names alone where the rest is as by default.
      shuffle_buffer: records held in memory to draw the next from.
      cached: from `cache_images`, instead of reading the folder again.
      records: of the epoch, in an order to be kept, as `OrderedRecords` gives; the folder is then
        not read.
      input_context: which worker this is; it gets its share of each global batch.

    Returns:
      A dataset of (images [b, image_size, image_size, 3] float32 in 0..255, labels [b] int32,
      rows [b] int32), b being the batch of one device. Of mixed photos the labels are those of
      `mix_batches`.
    """
    augment = AugmentConfig(augment) if isinstance(augment, str) else augment
    if records is None:
        records = epoch_records(
            folder, labels, fields=IMAGE_FIELDS, seed=seed, epoch=epoch,
            shuffle_buffer=shuffle_buffer, cached=cached,
        )  # fmt: skip
    mine, size = share(records, batch_size, skip_batches, input_context)

    def to_example(record):
        image = training_photo(record, augment, image_size=image_size, seed=seed, epoch=epoch)
        return image, record["label"], record["row"]

    dataset = mine.map(to_example, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.batch(size, drop_remainder=True)
    if "keras_cv" in augment.names:
        provider = keras_cv_augmenter(image_size)
        dataset = dataset.map(
            lambda images, label, row: (provider(images), label, row),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    if augment.mix != "none":
        dataset = mix_batches(
            dataset, augment, seed=seed, epoch=epoch, skip_batches=skip_batches,
            input_context=input_context,
        )  # fmt: skip
    return dataset.prefetch(tf.data.AUTOTUNE)


def title_training_dataset(
    folder: str,
    labels: np.ndarray,
    *,
    tokenize: Tokenize,
    batch_size: int,
    seed: int = 0,
    epoch: int = 0,
    skip_batches: int = 0,
    shuffle_buffer: int = 8192,
    by_length: bool = True,
    cached: tf.data.Dataset | None = None,
    records: tf.data.Dataset | None = None,
    input_context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Returns one epoch of training titles, tokenised.

    Args: as in `image_training_dataset`, and
      tokenize: titles [b] string -> dict of int32 [b, max_length].
      by_length: makes batches of titles of like length (`data.title_order`), though not of given
        `records`, and cuts each to its longest; False keeps `max_length`, as TPUs and some
        SavedModels need.

    Returns:
      A dataset of (tokens dict of [b, length] int32, labels [b] int32, rows [b] int32).
    """
    sort = by_length and records is None
    if records is None:
        records = epoch_records(
            folder, labels, fields=TITLE_FIELDS, seed=seed, epoch=epoch,
            shuffle_buffer=shuffle_buffer, cached=cached,
        )  # fmt: skip
    records = tokenized_records(
        records, tokenize, batch_size=batch_size, by_length=sort,
        shuffle_seed=epoch_seed(seed, epoch),
    )  # fmt: skip
    mine, size = share(records, batch_size, skip_batches, input_context)

    def to_example(tokens):
        label, row = tokens.pop("label"), tokens.pop("row")
        return trim(tokens) if by_length else tokens, label, row

    batches = mine.batch(size, drop_remainder=True)
    return batches.map(to_example, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def image_inference_dataset(
    folder: str, *, image_size: int, batch_size: int, rows: np.ndarray | None = None
) -> tf.data.Dataset:
    """Returns every photo once, in the order of the records, the last batch as short as it is.

    Args:
      folder: TFRecord folder.
      image_size: side of the photos in pixels.
      batch_size: photos a batch.
      rows: only these rows of the catalogue.

    Returns:
      A dataset of (images [b, image_size, image_size, 3] float32 in 0..255, rows [b] int32).
    """
    records = only(read_records(folder, verify=False, fields=IMAGE_FIELDS), rows)
    dataset = records.map(
        lambda record: (decoded_image(record, image_size), record["row"]),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def title_inference_dataset(
    folder: str,
    *,
    tokenize: Tokenize,
    batch_size: int,
    rows: np.ndarray | None = None,
    by_length: bool = True,
) -> tf.data.Dataset:
    """Returns every title once, the last batch as short as it is.

    Args: as in `image_inference_dataset`, and
      tokenize: titles [b] string -> dict of int32 [b, max_length].
      by_length: makes batches of titles of like length, each cut to its longest; False keeps the
        order of the records and `max_length`.

    Returns:
      A dataset of (tokens dict of [b, length] int32, rows [b] int32).
    """
    records = only(read_records(folder, verify=False, fields=TITLE_FIELDS), rows)
    return title_batches(records, tokenize=tokenize, batch_size=batch_size, by_length=by_length)


def title_batches(
    records: tf.data.Dataset, *, tokenize: Tokenize, batch_size: int, by_length: bool = True
) -> tf.data.Dataset:
    """Returns records of `row` and `title` as batches for inference.

    Args and returns as in `title_inference_dataset`.
    """
    records = tokenized_records(records, tokenize, batch_size=batch_size, by_length=by_length)

    def to_example(tokens):
        row = tokens.pop("row")
        return trim(tokens) if by_length else tokens, row

    batches = records.batch(batch_size)
    return batches.map(to_example, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
