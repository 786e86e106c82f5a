"""Iterative neighbourhood blending: rows move towards those they are likely to match."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from shopee_tf.matching.affinity import affinity, spread
from shopee_tf.matching.row_means import mean_embeddings
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors


def blend_neighborhoods(neighbors: Neighbors, *, thresholds: Sequence[float]) -> Neighbors:
    """Sums each row with its neighbours above a threshold, ranks anew, and again.

    The winners of the Shopee competition (2021, first place) did so with embeddings; the weight of
    a neighbour is its similarity. Here from similarities alone: pairs that were not found count as
    0 (`affinity.spread`); where there are vectors, `blend_embeddings` leaves nothing out.

    Args:
      neighbors: of all m rows: [m, k], by a similarity like the cosine.
      thresholds: of each stage in turn, in the similarities of the stage before.

    Raises:
      UsageError: neighbours that are not of all rows.

    Example:
      >>> chain = [[0, 1, -1], [1, 0, 2], [2, 1, -1]], [[1, 0.6, -np.inf], [1, 0.6, 0.5],
      ...          [1, 0.5, -np.inf]]
      >>> found = Neighbors(np.arange(3), *map(np.array, chain))
      >>> blended = blend_neighborhoods(found, thresholds=[0.55])
      >>> blended.similarities[:, 1].astype(float).round(3).tolist()
      [0.969, 0.969, 0.347]
    """
    for threshold in thresholds:
        neighbors = spread(neighbors, blending_weights(neighbors, threshold=threshold))
    return neighbors


def blend_embeddings(
    embeddings: Embeddings,
    search: Callable[[Embeddings], Neighbors],
    *,
    thresholds: Sequence[float],
) -> Embeddings:
    """Replaces each vector by the sum of its neighbours above a threshold; searches, and again.

    Args:
      embeddings: n vectors, dense or sparse.
      search: finds the neighbours of all rows.
      thresholds: of each stage in turn.
    """
    for threshold in thresholds:
        neighbors = search(embeddings)
        weights = blending_weights(neighbors, threshold=threshold)
        embeddings = mean_embeddings(embeddings, neighbors.rows, weights)
    return embeddings


def blending_weights(neighbors: Neighbors, *, threshold: float) -> sparse.csr_array:
    """The similarities of at least `threshold`, 1 on the diagonal: [m, m] float32."""
    weights = affinity(neighbors)
    weights.data[weights.data < np.float32(min(threshold, 1))] = 0
    weights.eliminate_zeros()
    return weights
