"""Ranking: from scored candidates to the rows of `Neighbors`."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np


class Groups(NamedTuple):
    """Rows gathered by what they hold: identical vectors are searched once.

    Attributes:
      members: [n] int64, rows ordered by group, ascending inside a group.
      starts: [groups + 1] int64, where each group's members begin and the last ends.
      first: [groups] int64, the position (not the row) of each group's first member.
      group: [n] int64, the group of each position.
    """

    members: np.ndarray
    starts: np.ndarray
    first: np.ndarray
    group: np.ndarray


class Scored(NamedTuple):
    """Candidates of some queries, as flat arrays: every one that may be among the best k.

    Attributes:
      query: [t] int64, the query's index in its block.
      group: [t] int64, the candidate's group.
      similarity: [t] float32, exact.
    """

    query: np.ndarray
    group: np.ndarray
    similarity: np.ndarray


def join_scored(parts: Iterable[Scored]) -> Scored:
    """Joins the candidates of parts of a block, whose queries are numbered through."""
    return Scored(*(np.concatenate(arrays) for arrays in zip(*parts)))


def group_rows(rows: np.ndarray, keys: np.ndarray) -> Groups:
    """Gathers rows ([n] ints, ascending) whose `keys` ([n, ...]) are identical to the byte."""
    if not len(rows):
        nothing = np.empty(0, np.int64)
        return Groups(nothing, np.zeros(1, np.int64), nothing, nothing)
    keys = np.ascontiguousarray(keys).reshape(len(rows), -1)
    as_bytes = keys.view(np.dtype((np.void, keys.itemsize * keys.shape[1]))).ravel()
    _, first, group = np.unique(as_bytes, return_index=True, return_inverse=True)
    sizes = np.bincount(group, minlength=len(first))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return Groups(rows[np.argsort(group, kind="stable")].astype(np.int64), starts, first, group)


def best_rows(scored: Scored, groups: Groups, *, num_queries: int, k: int):
    """Ranks the rows behind scored groups by similarity descending, ties by row.

    Args:
      scored: the candidates of `num_queries` queries.
      groups: whose members stand behind them.
      num_queries: queries in the block.
      k: rows wanted for each.

    Returns:
      rows [num_queries, k] int64 and similarities [num_queries, k] float32, padded with -1, -inf.
    """
    starts = groups.starts[scored.group]
    sizes = np.minimum(groups.starts[scored.group + 1] - starts, k)
    offset = ranges(sizes)
    rows = groups.members[np.repeat(starts, sizes) + offset]
    query = np.repeat(scored.query, sizes)
    similarity = np.repeat(scored.similarity, sizes)
    order = np.lexsort((rows, -similarity, query))
    rank = ranges(np.bincount(query, minlength=num_queries))
    kept = rank < k
    order, rank = order[kept], rank[kept]
    best = np.full((num_queries, k), -1, np.int64)
    similarities = np.full((num_queries, k), -np.inf, np.float32)
    best[query[order], rank] = rows[order]
    similarities[query[order], rank] = similarity[order]
    return best, similarities


def self_first(rows: np.ndarray, own: np.ndarray, best: np.ndarray, similarities: np.ndarray):
    """Puts each query's own row into column 0, and the rest after it in their order.

    Args:
      rows: [m] the queries' rows.
      own: [m] float32, the similarity of each query to itself.
      best: [m, k] ranked rows, -1 where there are none.
      similarities: [m, k] float32.

    Returns:
      neighbors [m, k] int32 and similarities [m, k] float32.
    """
    k = best.shape[1]
    neighbors = np.concatenate([rows[:, None], best], axis=1)
    similarities = np.concatenate([own[:, None], similarities], axis=1)
    again = neighbors == rows[:, None]
    again[:, 0] = False
    order = np.argsort(again, axis=1, kind="stable")[:, :k]
    neighbors = np.take_along_axis(neighbors, order, axis=1)
    return neighbors.astype(np.int32), np.take_along_axis(similarities, order, axis=1)


def ranges(sizes: np.ndarray) -> np.ndarray:
    """Counts 0..size-1 for each size in turn: [2, 3] gives [0, 1, 0, 1, 2]."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)


def top_of_rows(scores: np.ndarray, k: int, *, slack: np.ndarray) -> np.ndarray:
    """Marks each row's k highest, and all that are at most `slack` below the k-th.

    Args:
      scores: [queries, n] float64.
      k: how many at least.
      slack: [queries] float64.

    Returns:
      [queries, n] bool.
    """
    n = scores.shape[1]
    if n <= k:
        return np.ones(scores.shape, bool)
    kth = np.partition(scores, n - k, axis=1)[:, n - k]
    # Similarities are float32: scores this close may round to the same one.
    slack = slack + np.abs(kth) * 2.0**-22
    return scores >= (kth - slack)[:, None]
