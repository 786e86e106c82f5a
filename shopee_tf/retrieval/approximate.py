"""Approximate search among dense vectors: an index proposes, float64 scores what it proposed."""

import numpy as np

from shopee_tf.retrieval import blocks
from shopee_tf.retrieval.approximate_indexes import Propose
from shopee_tf.retrieval.ranking import Scored
from shopee_tf.retrieval.spaces import CosineSpace


def find(
    index: blocks.Index, positions: np.ndarray, **walk
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Searches as `blocks.find` does, each query once, then lets both sides of a pair know of it.

    Args:
      index: whose `score` is that of an approximate index.
      positions: [m] ints, where the queries stand in `index.rows`.
      **walk: goes to `blocks.find`.
    """
    once, back = np.unique(positions, return_inverse=True)
    return tuple(array[back] for array in share_pairs(*blocks.find(index, once, **walk)))


def score_proposed(space: CosineSpace, propose: Propose, queries: np.ndarray, *, k: int) -> Scored:
    """Scores each query itself and the points that an index proposes for it, exactly.

    Args:
      space: holds the points, all different.
      propose: of an index of these points.
      queries: [b] ints, the points to search from.
      k: neighbours wanted, the point itself among them.
    """
    proposed = propose(space.points[queries], min(k, len(space.points)))
    proposed = np.where(proposed == queries[:, None], -1, proposed)
    candidates = np.concatenate([queries[:, None], proposed], axis=1)
    similarities = space.similarity(space.pair_scores(queries, np.maximum(candidates, 0)))
    query, column = np.nonzero(candidates >= 0)
    return Scored(query, candidates[query, column], similarities[query, column])


def share_pairs(
    rows: np.ndarray, neighbors: np.ndarray, similarities: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tells both sides of a pair what the search from one of them found.

    Similarity is symmetric, so a pair that an index misses from one side is had from the other: of
    pairs missed in one search of twenty, about one in four hundred remains.

    Args:
      rows: [m] int32, the queries, each once.
      neighbors: [m, k] int32 and
      similarities: [m, k] float32, as `Neighbors` holds them.

    Returns:
      The same three, each list the best k of what it had and what it was told.
    """
    from shopee_tf.retrieval.approximate_kernels import share

    place = np.full(max(rows.max(initial=0), neighbors.max(initial=0)) + 1, -1, np.int64)
    place[rows] = np.arange(len(rows))
    found, values = neighbors.copy(), similarities.copy()
    share(place, rows, neighbors, similarities, found, values)
    return rows, found, values
