"""Approximate search among dense vectors: an index proposes, float64 scores what it proposed.

Whatever found them, lists of neighbours are then completed from each other.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from shopee_tf.retrieval import blocks
from shopee_tf.retrieval.approximate_indexes import Propose
from shopee_tf.retrieval.ranking import Scored
from shopee_tf.retrieval.spaces import CosineSpace


def find(
    index: blocks.Index, positions: np.ndarray, points: np.ndarray, **walk
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Searches as `blocks.find` does, each query once, and completes the lists from each other.

    Args:
      index: whose `score` is that of an approximate index.
      positions: [m] ints, where the queries stand in `index.rows`.
      points: [groups, dim] float32, the vectors of `index.groups`.
      **walk: goes to `blocks.find`.
    """
    once, back = np.unique(positions, return_inverse=True)
    lists = share_pairs(*blocks.find(index, once, **walk))
    point = np.zeros(index.rows[-1] + 1, np.int64)
    point[index.rows[index.searchable]] = index.groups.group
    return tuple(array[back] for array in ask_neighbors(*lists, point=point, points=points))


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

    found, values = neighbors.copy(), similarities.copy()
    place = _places(rows, neighbors)
    _in_parts(share, place, rows, neighbors, similarities, found, values)
    return rows, found, values


def ask_neighbors(
    rows: np.ndarray,
    neighbors: np.ndarray,
    similarities: np.ndarray,
    *,
    point: np.ndarray,
    points: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Completes each list by the neighbours of those in it, as listings of one product are.

    A neighbour's neighbour is scored where the product of the two similarities, which is its cosine
    when the vectors have nothing else in common, is above the last similarity of the list.

    Args:
      rows: [m] int32, the queries, each once; others have no list to ask for.
      neighbors: [m, k] int32 and
      similarities: [m, k] float32, as `Neighbors` holds them.
      point: [n] int64, where the vector of each row stands in `points`.
      points: [groups, dim] float32, on the grid of `spaces.unit_rows`.

    Returns:
      The first three, completed.
    """
    from shopee_tf.retrieval.approximate_kernels import expand

    found, values = neighbors.copy(), similarities.copy()
    place = _places(rows, neighbors)
    _in_parts(expand, place, point, points, neighbors, similarities, found, values)
    return rows, found, values


def _in_parts(complete: Callable, *arrays: np.ndarray) -> None:
    """Completes all lists, each thread some of them; `arrays` end with the lists' values."""
    cores = os.cpu_count() or 1
    ends = np.linspace(0, len(arrays[-1]), cores + 1).astype(int)
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda first, last: complete(*arrays, first, last), ends[:-1], ends[1:]))


def _places(rows: np.ndarray, neighbors: np.ndarray) -> np.ndarray:
    place = np.full(max(rows.max(initial=0), neighbors.max(initial=0)) + 1, -1, np.int64)
    place[rows] = np.arange(len(rows))
    return place
