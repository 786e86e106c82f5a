"""Exact search among dense vectors: a backend proposes, float64 decides."""

import logging

import numpy as np

from shopee_tf.retrieval.ranking import Scored, join_scored, top_of_rows
from shopee_tf.retrieval.search_backends import Search
from shopee_tf.retrieval.spaces import CosineSpace, EuclideanSpace

_MARGIN = 8  # candidates beyond k: their scores show that nothing better was left out
_CELLS = 1 << 23  # scores of an exhaustive block, 64 MiB

_log = logging.getLogger(__name__)


def score_dense(
    space: CosineSpace | EuclideanSpace, search: Search | None, queries: np.ndarray, *, k: int
) -> Scored:
    """Scores all points that may be among the k nearest of each query.

    Candidates come from the backend in float32 and are scored again exactly. Where a point that
    was not proposed could still be as near as the k-th, by the bound on float32 rounding or by
    four times the largest error seen, the query is searched exhaustively in float64.

    Args:
      space: holds the points, all different.
      search: a backend, or None to search exhaustively.
      queries: [b] ints, the points to search from.
      k: neighbours wanted, the point itself among them.
    """
    count = min(k + _MARGIN, len(space.points))
    if search is None:
        return _exhaustive(space, queries, np.arange(len(queries)), k)
    candidates, proposed = search(space.points[queries], count)
    scores = space.pair_scores(queries, candidates)
    similarities = space.similarity(scores)
    if count == len(space.points):
        safe = np.ones(len(queries), bool)
    else:
        seen = 4.0 * np.abs(scores - proposed).max(axis=1)
        highest_missed = proposed.min(axis=1) + np.maximum(seen, space.rounding(queries))
        kth = np.partition(similarities, count - k, axis=1)[:, count - k]
        safe = kth > space.similarity(highest_missed)
    settled = Scored(
        np.repeat(np.flatnonzero(safe), count),
        candidates[safe].ravel(),
        similarities[safe].ravel(),
    )
    if safe.all():
        return settled
    _log.debug("%d of %d queries searched exhaustively", np.sum(~safe), len(safe))
    rest = _exhaustive(space, queries, np.flatnonzero(~safe), k)
    return join_scored([settled, rest])


def _exhaustive(space, queries: np.ndarray, positions: np.ndarray, k: int) -> Scored:
    step = max(1, _CELLS // len(space.points))
    parts = []
    for start in range(0, len(positions), step):
        block = positions[start : start + step]
        scores = space.all_scores(queries[block])
        slack = 2.0 * space.slack(queries[block])
        kept = top_of_rows(scores, k, slack=slack)
        query, group = np.nonzero(kept)
        exact = _score_kept(space, queries[block], query, group, scores)
        parts.append(Scored(block[query], group, space.similarity(exact)))
    return join_scored(parts)


def _score_kept(space, queries, query, group, scores) -> np.ndarray:
    if space.measure == "cosine":
        return scores[query, group]
    return space.pair_scores(queries[query], group[:, None])[:, 0]
