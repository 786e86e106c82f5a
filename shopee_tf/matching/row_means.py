"""Weighted means of vectors, each row by its own weights."""

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.pair_cosines import PairCosines
from tfrecords.errors import UsageError


def mean_embeddings(
    embeddings: Embeddings, rows: np.ndarray, weights: sparse.csr_array
) -> Embeddings:
    """Replaces each vector by a weighted sum of unit vectors, at length 1.

    Rows that have no embedding are left out of the sums, and get none.

    Args:
      embeddings: n vectors, dense or sparse, their rows all among `rows`.
      rows: [m] int32, ascending.
      weights: [m, m], at least 0: line i weighs the rows in the sum of `rows[i]`.

    Raises:
      UsageError: an embedding of a row that `rows` lacks.

    Example:
      >>> two = Embeddings(np.array([1, 4]), np.array([[2.0, 0.0], [0.0, 1.0]], np.float32))
      >>> weights = sparse.csr_array(np.array([[3.0, 4.0], [0.0, 1.0]]))
      >>> means = mean_embeddings(two, np.array([1, 4]), weights).vectors
      >>> means.astype(float).round(3).tolist()
      [[0.6, 0.8], [0.0, 1.0]]
    """
    place = np.searchsorted(rows, embeddings.rows).clip(max=max(len(rows) - 1, 0))
    if not np.array_equal(np.asarray(rows)[place], embeddings.rows):
        raise UsageError("a row with an embedding has no neighbours: search from all of them")
    units = PairCosines(embeddings).units
    summed = weights[place][:, place] @ units
    summed = sparse.csr_matrix(summed) if sparse.issparse(summed) else summed
    summed = Embeddings(embeddings.rows, summed.astype(np.float32))
    return Embeddings(embeddings.rows, PairCosines(summed).units.astype(np.float32))
