"""Reciprocity: what a pair is worth when one end does not think of the other."""

import numpy as np

from shopee_tf.matching.affinity import places_of, sorted_neighbors
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError


def keep_mutual(neighbors: Neighbors, *, rank: int, penalty: float = np.inf) -> Neighbors:
    """Lowers the pairs whose ends are not each among the nearest of the other, and sorts again.

    Args:
      neighbors: of all m rows, of any similarity.
      rank: a pair is mutual where each end is among the `rank` nearest of the other, not counting
        the row itself.
      penalty: taken from the similarity of the other pairs; infinity drops them.

    Raises:
      UsageError: a rank below 1, a negative penalty, or neighbours that are not of all rows.

    Example:
      >>> ranked = [[0, 1, 2], [1, 0, 2], [2, 1, 0]], [[1, 0.9, 0.8], [1, 0.9, 0.7], [1, 0.7, 0.6]]
      >>> found = Neighbors(np.arange(3), *map(np.array, ranked))
      >>> keep_mutual(found, rank=1).neighbors.tolist()
      [[0, 1, -1], [1, 0, -1], [2, -1, -1]]
    """
    if rank < 1 or not penalty >= 0:
        raise UsageError(
            f"mutual ranks need a rank of at least 1 and a penalty of at least 0, received {rank} "
            f"and {penalty}"
        )
    places = places_of(neighbors)
    m = len(places)
    near = places[:, 1 : rank + 1]
    line, column = np.nonzero(near >= 0)
    known = np.sort(near[line, column].astype(np.int64) * m + line)  # as the other end sees them
    seen = np.isin(np.arange(m)[:, None] * m + places, known, kind="sort")
    mutual = seen & (places >= 0)
    mutual[:, rank + 1 :] = False
    mutual[:, 0] = True
    lowered = neighbors.similarities.astype(np.float32)
    lowered[~mutual] -= np.float32(penalty)
    return sorted_neighbors(neighbors, lowered)
