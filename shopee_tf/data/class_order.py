"""The order of training rows in which every batch holds P classes with K rows of each."""

import numpy as np


def class_order(
    labels: np.ndarray, *, rows_per_class: int, batch_size: int, seed: int, epoch: int
) -> np.ndarray:
    """Returns the rows of an epoch: batch after batch, each of other classes, K rows a class.

    The rows of a class are shuffled and cut into chunks of K; a last, shorter chunk is filled with
    other rows of the class (with the same rows again where the class has fewer than K). The chunks
    are dealt to the batches like cards, class after class, so that two of one class never meet.
    Left out are fewer than P chunks, drawn anew each epoch, and of a class with more chunks than
    there are batches those that are too many.

    Args:
      labels: [n] int32, the class of each row; -1 for rows not trained on.
      rows_per_class: K.
      batch_size: P x K.
      seed: of the run.
      epoch: from 0; the order is a function of (seed, epoch).

    Returns:
      [num_class_batches(...) * batch_size] int32 rows. K rows of one class follow each other.

    Example:

    >>> labels = np.array([0, 0, 0, 1, 1, 2, -1])
    >>> rows = class_order(labels, rows_per_class=2, batch_size=4, seed=0, epoch=0)
    >>> sorted(labels[rows].reshape(2, 2, 2)[:, :, 0].tolist())
    [[0, 1], [0, 2]]

    References:
      Hermans, Beyer and Leibe, 2017, "In Defense of the Triplet Loss for Person
      Re-Identification", arXiv:1703.07737, for batches of P x K.
    """
    classes_per_batch = _classes_per_batch(rows_per_class, batch_size)
    num_batches = num_class_batches(labels, rows_per_class=rows_per_class, batch_size=batch_size)
    random = np.random.default_rng([seed, epoch])
    rows = random.permutation(np.flatnonzero(labels >= 0))
    rows = rows[np.argsort(labels[rows], kind="stable")]
    _, first, counts = np.unique(labels[rows], return_index=True, return_counts=True)
    # One entry a chunk: the classes in random order, a class's chunks one after the other.
    quotas = np.minimum(-(-counts // rows_per_class), num_batches)
    classes = random.permutation(len(counts))
    of_class = np.repeat(classes, quotas[classes])
    number = np.arange(len(of_class)) - np.repeat(
        np.cumsum(quotas[classes]) - quotas[classes], quotas[classes]
    )
    dealt = np.arange(num_batches * classes_per_batch).reshape(classes_per_batch, num_batches).T
    chunks = random.permutation(dealt).ravel()
    of_class, number = of_class[chunks], number[chunks]
    within = number[:, None] * rows_per_class + np.arange(rows_per_class)
    within %= counts[of_class][:, None]
    return rows[first[of_class][:, None] + within].ravel().astype(np.int32)


def num_class_batches(labels: np.ndarray, *, rows_per_class: int, batch_size: int) -> int:
    """Returns the batches of an epoch of `class_order`, the same for all epochs.

    Returns 0 where there are fewer classes than a batch holds.

    Args:
      labels: [n] int32, the class of each row; -1 for rows not trained on.
      rows_per_class: K.
      batch_size: P x K.

    Example:

    >>> num_class_batches(np.array([0, 0, 0, 0, 0, 0, 1]), rows_per_class=2, batch_size=4)
    1
    """
    classes_per_batch = _classes_per_batch(rows_per_class, batch_size)
    _, counts = np.unique(labels[labels >= 0], return_counts=True)
    chunks = -(-counts // rows_per_class)
    num_batches = int(chunks.sum()) // classes_per_batch
    # A batch takes one chunk of a class: with fewer batches large classes give fewer chunks.
    while num_batches > (fewer := int(np.minimum(chunks, num_batches).sum()) // classes_per_batch):
        num_batches = fewer
    return num_batches


def _classes_per_batch(rows_per_class: int, batch_size: int) -> int:
    if rows_per_class < 1 or batch_size < rows_per_class or batch_size % rows_per_class:
        raise ValueError(
            f"expected a batch of a multiple of {rows_per_class} rows, received {batch_size}"
        )
    return batch_size // rows_per_class
