"""Which records a pipeline sees, in which order, and which of them this worker decodes."""

import numpy as np
import tensorflow as tf

from shopee_tf.data.images import decode_image
from tfrecords.reader import read_records

IMAGE_FIELDS = ("row", "image")
TITLE_FIELDS = ("row", "title")
JOINT_FIELDS = ("row", "image", "title")


def cache_images(
    folder: str, labels: np.ndarray, *, image_size: int, fields: tuple[str, ...] = IMAGE_FIELDS
) -> tf.data.Dataset:
    """Returns the training photos decoded, kept in memory from the first epoch on.

    Each takes `3 * image_size**2` bytes.
    """
    return decoded_images(folder, labels, image_size=image_size, fields=fields).cache()


def decoded_images(
    folder: str, labels: np.ndarray, *, image_size: int, fields: tuple[str, ...] = IMAGE_FIELDS
) -> tf.data.Dataset:
    """Returns the records of the training photos, decoded to uint8."""

    def decode(record):
        return {**record, "image": tf.cast(tf.round(decoded_image(record, image_size)), tf.uint8)}

    records = labelled(read_records(folder, verify=False, fields=fields), labels)
    return records.map(decode, num_parallel_calls=tf.data.AUTOTUNE)


def cache_titles(folder: str, labels: np.ndarray) -> tf.data.Dataset:
    """Returns the training titles, kept in memory from the first epoch on."""
    return title_records(folder, labels).cache()


def title_records(folder: str, labels: np.ndarray) -> tf.data.Dataset:
    """Returns the records of the training titles."""
    return labelled(read_records(folder, verify=False, fields=TITLE_FIELDS), labels)


def epoch_records(
    folder: str,
    labels: np.ndarray,
    *,
    fields: tuple[str, ...],
    seed: int,
    epoch: int,
    shuffle_buffer: int,
    cached: tf.data.Dataset | None,
) -> tf.data.Dataset:
    """Returns the records of training rows in the order of one epoch: see the datasets' Args."""
    if cached is not None:
        # Everything is in memory already, so the buffer may as well hold it all.
        count = max(int(np.count_nonzero(labels >= 0)), 1)
        drawn = int(np.random.default_rng([seed, epoch]).integers(2**31))
        return cached.shuffle(count, seed=drawn, reshuffle_each_iteration=False)
    records = read_records(
        folder, shuffle=True, seed=seed, epoch=epoch, shuffle_buffer=shuffle_buffer, verify=False,
        fields=fields,
    )  # fmt: skip
    return labelled(records, labels)


def labelled(records: tf.data.Dataset, labels: np.ndarray) -> tf.data.Dataset:
    """Keeps the records of training rows, with their class."""
    table = tf.constant(labels, tf.int32)
    records = records.map(lambda record: {**record, "label": table[record["row"]]})
    return records.filter(lambda record: record["label"] >= 0)


def only(records: tf.data.Dataset, rows: np.ndarray | None) -> tf.data.Dataset:
    """Keeps the records of these rows of the catalogue; all of them with None."""
    if rows is None:
        return records
    wanted = np.zeros(int(np.max(rows, initial=-1)) + 1, bool)
    wanted[rows] = True
    table = tf.constant(wanted)
    size = len(wanted)
    return records.filter(
        lambda record: record["row"] < size and table[tf.minimum(record["row"], size - 1)]
    )


def share(
    records: tf.data.Dataset,
    batch_size: int,
    skip_batches: int,
    context: tf.distribute.InputContext | None,
) -> tuple[tf.data.Dataset, int]:
    """Returns this worker's part of each global batch, and the batch of one of its devices.

    Every worker reads all records and decodes only its own: so all take the same number of steps,
    and a global batch holds the same rows however many devices share it.
    """
    records = records.skip(skip_batches * batch_size)
    if context is None or context.num_replicas_in_sync == 1:
        return records, batch_size
    size = batch_size // context.num_input_pipelines
    first = size * context.input_pipeline_id
    whole = records.batch(batch_size, drop_remainder=True)
    share = whole.map(lambda batch: {k: v[first : first + size] for k, v in batch.items()})
    return share.unbatch(), context.get_per_replica_batch_size(batch_size)


def decoded_image(record: dict[str, tf.Tensor], image_size: int) -> tf.Tensor:
    """Returns the photo of a record, [image_size, image_size, 3] float32 in 0..255."""
    image = record["image"]
    if image.dtype == tf.uint8:
        return tf.cast(image, tf.float32)
    return decode_image(image, image_size=image_size)
