"""Identical photos: listings that share one get the mean of their titles."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from shopee_tf.matching.affinity import spread
from shopee_tf.matching.row_means import mean_embeddings
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors


def average_neighbors(neighbors: Neighbors, photos: Sequence[str]) -> Neighbors:
    """Compares the means of listings with the same photo, from similarities alone.

    Listings with the same photo get similarity 1. Pairs that were not found count as 0
    (`affinity.spread`); where there are vectors, `average_embeddings` leaves nothing out.

    Args:
      neighbors: of all m rows, by a similarity like the cosine.
      photos: of the whole catalogue, the name (or a hash) of each photo; "" is like no other.

    Raises:
      UsageError: neighbours that are not of all rows.

    Example:
      >>> found = Neighbors(*map(np.array, ([0, 1, 2], [[0, 1], [1, 0], [2, -1]],
      ...                                   [[1, 0.5], [1, 0.5], [1, -np.inf]])))
      >>> average_neighbors(found, ["a.jpg", "b.jpg", "b.jpg"]).neighbors.tolist()
      [[0, 1], [1, 2], [2, 1]]
    """
    return spread(neighbors, photo_weights(neighbors.rows, photos))


def average_embeddings(embeddings: Embeddings, photos: Sequence[str]) -> Embeddings:
    """Replaces each vector by the mean of the unit vectors of the listings with its photo.

    Args:
      embeddings: n vectors, dense or sparse.
      photos: see `average_neighbors`.
    """
    rows = embeddings.rows
    return mean_embeddings(embeddings, rows, photo_weights(rows, photos))


def photo_weights(rows: np.ndarray, photos: Sequence[str]) -> sparse.csr_array:
    """1 where two of `rows` ([m] int32) have the same photo: [m, m] float32."""
    names = np.asarray(photos, object)[rows].astype(str)
    codes = np.unique(names, return_inverse=True)[1]
    alone = names == ""
    codes[alone] = codes.max(initial=0) + 1 + np.arange(np.count_nonzero(alone))
    m = len(rows)
    ones = np.ones(m, np.float32)
    holds = sparse.csr_array((ones, (np.arange(m), codes)), shape=(m, codes.max(initial=0) + 1))
    return (holds @ holds.T).tocsr()
