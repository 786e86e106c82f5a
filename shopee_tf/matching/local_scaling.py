"""Local scaling: a similarity is judged by what is usual around both ends."""

import numpy as np

from shopee_tf.matching.affinity import places_of, sorted_neighbors
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError


def scale_locally(neighbors: Neighbors, *, rank: int, strength: float) -> Neighbors:
    """Lowers pairs in crowded places, where strangers are similar too, and sorts again.

    s'_ij = s_ij - strength (d_i + d_j) / 2, where d_i is the similarity of the neighbour at `rank`
    of row i, 0 where there is none. As Zelnik-Manor and Perona 2004 ("Self-tuning spectral
    clustering") measure the density around a point; the difference is that of Conneau et al. 2018
    (arXiv:1710.04087), who take the mean of several ranks and strength 2.

    Args:
      neighbors: of all m rows: [m, k], by a similarity like the cosine.
      rank: of the neighbour that tells what is usual, 1 for the nearest but the row itself; it
        should be more than most products have listings.
      strength: at least 0.

    Raises:
      UsageError: no such rank, a negative strength, or neighbours that are not of all rows.

    Example:
      >>> ranked = [[0, 1, 2], [1, 0, 2], [2, 1, 0]], [[1, 0.9, 0.6], [1, 0.9, 0.8], [1, 0.8, 0.6]]
      >>> found = Neighbors(np.arange(3), *map(np.array, ranked))
      >>> scaled = scale_locally(found, rank=2, strength=0.5)
      >>> scaled.similarities.astype(float).round(3).tolist()
      [[1.0, 0.55, 0.3], [1.0, 0.55, 0.45], [1.0, 0.45, 0.3]]
    """
    k = neighbors.neighbors.shape[1]
    if rank < 1 or not strength >= 0:
        raise UsageError(
            "local scaling needs a rank of at least 1 and a strength of at least 0, received "
            f"{rank} and {strength}"
        )
    places = places_of(neighbors)
    usual = np.zeros(len(places), np.float32)
    if rank < k:
        usual = neighbors.similarities[:, rank].clip(min=0).astype(np.float32)
    around = (usual[:, None] + usual[places]) / 2
    around[:, 0] = 0
    return sorted_neighbors(neighbors, neighbors.similarities - np.float32(strength) * around)
