"""At least one: the best neighbour of a row is judged more mildly than the others."""

import numpy as np

from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError


def favour_best(neighbors: Neighbors, *, bonus: float) -> Neighbors:
    """Raises the similarity of each row's best neighbour, so that a lower line accepts it.

    With a threshold t the best neighbour is accepted from t - `bonus` on. The winners of the Shopee
    competition, where every listing had a partner, gave each row at least two matches, itself
    counted (min2): an infinite bonus. Real catalogues have listings without a partner, which
    this gives one. To be applied last: similarities of a pair now differ by where it is seen from.

    Args:
      neighbors: [m, k], of any similarity.
      bonus: in the units of the similarity, at least 0; infinity accepts the best of every row.

    Raises:
      UsageError: a negative bonus.

    Example:
      >>> found = Neighbors(*map(np.array, ([0], [[0, 1, 2]], [[1.0, 0.5, 0.25]])))
      >>> favour_best(found, bonus=0.25).similarities.tolist()
      [[1.0, 0.75, 0.25]]
    """
    if not bonus >= 0:
        raise UsageError(f"the bonus of a best neighbour must be at least 0, received {bonus}")
    similarities = neighbors.similarities.astype(np.float32)
    known = neighbors.neighbors[:, 1:2] >= 0
    similarities[:, 1:2] += np.where(known, np.float32(bonus), np.float32(0))
    return neighbors._replace(similarities=similarities)
