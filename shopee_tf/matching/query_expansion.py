"""Query expansion: each row becomes a weighted mean of itself and its nearest neighbours."""

import numpy as np
from scipy import sparse

from shopee_tf.matching.affinity import places_of, spread
from shopee_tf.matching.row_means import mean_embeddings
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError


def expand_neighbors(
    neighbors: Neighbors, *, top: int, alpha: float = 0.0, augment: bool = True
) -> Neighbors:
    """Expands queries by their nearest neighbours, and ranks anew; from similarities alone.

    A query becomes sum_j s_ij^alpha x_j over its `top` nearest, itself among them: with alpha = 0
    average query expansion (Chum et al. 2007, "Total recall"), with alpha > 0 that of Radenovic et
    al. 2018 (arXiv:1711.02512). `augment` does the same to what is searched (database
    augmentation: Turcot and Lowe 2009; Arandjelovic and Zisserman 2012). Pairs that were not found
    count as 0 (`affinity.spread`); where there are vectors, `expand_embeddings` and a new search
    leave nothing out.

    Args:
      neighbors: of all m rows: [m, k], by a similarity like the cosine.
      top: rows in a sum, the query itself counted.
      alpha: the power of a similarity that is its weight, at least 0.
      augment: expand both sides; else the queries alone.

    Raises:
      UsageError: no rows in a sum, a negative power, or neighbours that are not of all rows.

    Example:
      >>> found = Neighbors(*map(np.array, ([0, 1], [[0, 1], [1, 0]], [[1, 0.5], [1, 0.5]])))
      >>> expanded = expand_neighbors(found, top=2, alpha=1)
      >>> expanded.similarities.astype(float).round(3).tolist()
      [[1.0, 0.929], [1.0, 0.929]]
    """
    return spread(neighbors, expansion_weights(neighbors, top=top, alpha=alpha), both=augment)


def expand_embeddings(
    embeddings: Embeddings, neighbors: Neighbors, *, top: int, alpha: float = 0.0
) -> Embeddings:
    """Replaces each vector by the weighted sum of its nearest neighbours' unit vectors.

    To be searched again: as every row is expanded, that is query expansion and database
    augmentation at once. See `expand_neighbors`; the neighbours may be those of another system.

    Args:
      embeddings: n vectors, dense or sparse.
      neighbors: of all rows with an embedding, or more.
      top: rows in a sum, the row itself counted.
      alpha: the power of a similarity that is its weight, at least 0.

    Raises:
      UsageError: see `expand_neighbors`; or a row with an embedding is no query.
    """
    weights = expansion_weights(neighbors, top=top, alpha=alpha)
    return mean_embeddings(embeddings, neighbors.rows, weights)


def expansion_weights(neighbors: Neighbors, *, top: int, alpha: float) -> sparse.csr_array:
    """The weight of each row in each sum: [m, m] float32, `top` in a line, 1 on the diagonal."""
    if top < 1 or not alpha >= 0:
        raise UsageError(
            f"expansion needs top of at least 1 and alpha of at least 0, received {top} and {alpha}"
        )
    places = places_of(neighbors)[:, :top]
    similarities = neighbors.similarities[:, :top].astype(np.float64)
    line, rank = np.nonzero((places >= 0) & (similarities > 0))
    values = np.where(rank == 0, 1, similarities[line, rank] ** alpha).astype(np.float32)
    size = (len(places),) * 2
    return sparse.csr_array((values, (line, places[line, rank])), shape=size)
