"""Lists of candidates: what may be among the k best of each point, so far."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from shopee_tf.compilation import compiled
from shopee_tf.retrieval.dense import score_dense
from shopee_tf.retrieval.ranking import Scored, join_scored
from shopee_tf.retrieval.self_join_products import prefetch
from shopee_tf.retrieval.spaces import CosineSpace

SPARE = 48  # places for candidates beyond k
_OWN = 0.99  # a point's similarity to itself is above this
_LOWEST = -2.0  # below any cosine; a line of -inf less the error of padding, -inf, would be NaN
_CROWD = 16  # places that must be free in a list once it has been thinned out


class Lists(NamedTuple):
    """The candidates of each point so far, the point itself first.

    Attributes:
      points: [n, size] int32.
      scores: [n, size] float32, the dot products.
      counts: [n] int32, candidates in each list.
      lines: [n or more] float32, below which a point is no candidate; inf of a list that could not
        be thinned out.
    """

    points: np.ndarray
    scores: np.ndarray
    counts: np.ndarray
    lines: np.ndarray


def first_line(floor: float, slack: float) -> np.float32:
    """The line that lists begin with, finite: what is below it is below `floor` in truth."""
    return np.float32(max(_LOWEST, min(floor, _OWN)) - slack)


def empty_lists(count: int, *, padded: int, k: int, line: np.float32) -> Lists:
    """Lists of `count` points that hold the point itself, with room for k and `SPARE` more."""
    points = np.empty((count, k + SPARE), np.int32)
    scores = np.empty((count, k + SPARE), np.float32)
    points[:, 0] = np.arange(count)
    scores[:, 0] = 1.0
    return Lists(points, scores, np.ones(count, np.int32), np.full(padded, line, np.float32))


def settle(units: np.ndarray, lists: Lists, *, k: int, slack: float, floor: np.float32) -> int:
    """Decides on all lists, and makes their scores exact; returns how many are not complete.

    Args:
      units: [n, dim] float32, the points.
      lists: of these; the lines of those that are not complete become inf.
      k: neighbours wanted, the point itself among them.
      slack: how far a score below another may be equal to it, or better, in truth.
      floor: the line that the lists began with.
    """

    def part(start: int) -> int:
        return _settle(units, lists, k, slack, floor, start, min(start + 1024, len(units)))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(part, range(0, len(units), 1024)))


def score_listed(space: CosineSpace, lists: Lists, block: np.ndarray, *, k: int) -> Scored:
    """What settled lists hold for the points of a block; where one overflowed, all points."""
    crowded = lists.lines[block] == np.inf
    listed = np.arange(lists.points.shape[1]) < lists.counts[block][:, None]
    listed[crowded] = False
    query, place = np.nonzero(listed)
    others = lists.points[block[query], place].astype(np.int64)
    found = Scored(query, others, lists.scores[block[query], place])
    if not crowded.any():
        return found
    rest = score_dense(space, None, block[crowded], k=k)
    return join_scored([found, rest._replace(query=np.flatnonzero(crowded)[rest.query])])


@compiled
def add_candidate(lists, point, other, score, rank, slack):
    """Puts a candidate at or above the line of a point into its list.

    A list that is full is thinned out: its line rises to its score of that `rank`, less `slack`.
    """
    count = lists.counts[point]
    lists.points[point, count] = other
    lists.scores[point, count] = score
    count += 1
    if count == lists.points.shape[1]:
        line = np.float32(_ranked(lists, point, count, rank) - slack)
        count = _thin_out(lists, point, count, max(line, lists.lines[point]))
        if count > lists.points.shape[1] - _CROWD:
            lists.lines[point] = np.inf
    lists.counts[point] = count


@compiled
def _ranked(lists, point, count, rank):
    return np.partition(lists.scores[point, :count], count - rank)[count - rank]


@compiled
def _thin_out(lists, point, count, line):
    """Raises the line, and drops what is below; returns how many stay."""
    points, scores = lists.points[point], lists.scores[point]
    lists.lines[point] = line
    kept = 0
    for at in range(count):
        if scores[at] >= line:
            points[kept], scores[kept] = points[at], scores[at]
            kept += 1
    return kept


@compiled
def _settle(units, lists, k, slack, floor, first, last):
    """Decides on the lists of points first..last - 1, and makes their scores exact: the cosines.

    A list is complete where its line is the one it began with, `floor`, or is not above the k-th
    best of it (less the slack). The line of any other becomes inf.

    Returns:
      How many lists are not complete, beside those that could not be thinned out.
    """
    incomplete = 0
    for point in range(first, last):
        line, count = lists.lines[point], lists.counts[point]
        if line == np.inf:
            continue
        best = np.float32(-np.inf)
        if count >= k:
            best = np.float32(_ranked(lists, point, count, k) - slack)
        if line > floor and line > best:
            lists.lines[point] = np.inf
            incomplete += 1
            continue
        count = _thin_out(lists, point, count, max(best, line))
        lists.counts[point] = count
        for at in range(count):
            if at + 2 < count:
                prefetch(units, np.int64(lists.points[point, at + 2]))
            score = _exact_product(units, point, lists.points[point, at])
            lists.scores[point, at] = np.float32(min(max(score, -1.0), 1.0))
    return incomplete


@compiled
def _exact_product(units, one, other):
    total = 0.0
    for at in range(units.shape[1]):
        total += np.float64(units[one, at]) * np.float64(units[other, at])
    return total
