"""The loops of the self-join of dense vectors, compiled by numba at first use."""

from typing import NamedTuple

import numpy as np

from shopee_tf.compilation import compiled
from shopee_tf.retrieval.self_join_products import LANES, mark_near, prefetch

SPARE = 48  # places for candidates beyond k
_CROWD = 16  # places that must be free in a list once it has been thinned out


class Lists(NamedTuple):
    """The candidates of each point so far, the point itself first.

    Attributes:
      points: [n, size] int32.
      scores: [n, size] float32, the dot products.
      counts: [n] int32, candidates in each list.
      lines: [n padded] float32, below which a point is no candidate; inf of a list that could not
        be thinned out.
    """

    points: np.ndarray
    scores: np.ndarray
    counts: np.ndarray
    lines: np.ndarray


@compiled
def join_tile(fine, codes, lists, rows, columns, ranks, slack, marks):
    """Compares the points of two blocks, each pair once, and lists what may be among the k best.

    Args:
      fine: `self_join_codes.Fine`.
      codes: `self_join_codes.Codes`.
      lists: what was found before; receives what is found now.
      rows: the first and last row of a block, ends multiples of the rows of `marks`.
      columns: the same of a block that is equal to it or begins where it ends, or later.
      ranks: of the score in a full list that becomes the line: for the rows, for the columns.
      slack: how far a score below another may be equal to it, or better, in truth.
      marks: [rows, panels] uint16, work space.
    """
    height, panels = marks.shape
    depth = codes.right.shape[1]
    near = np.empty((marks.size * LANES, 2), np.int64)
    count = 0
    for column in range(columns[0], columns[1], panels * LANES):
        last = min(rows[1], column + panels * LANES)
        for row in range(rows[0], last, height):
            mark_near(
                codes.left, codes.right, depth, codes.offsets, codes.steps, codes.errors,
                lists.lines, row, column, marks,
            )  # fmt: skip
            # While marks were made, the memory brought what the marks before asked for.
            _compare(fine, lists, near[:count], ranks, slack)
            count = _unpack(marks, row, column, near)
            for at in range(count):
                prefetch(fine.codes, near[at, 0])
                prefetch(fine.codes, near[at, 1])
    _compare(fine, lists, near[:count], ranks, slack)


@compiled
def _unpack(marks, row, column, near):
    """Writes the pairs that are marked, each once, into `near`; returns how many."""
    count = 0
    for i in range(marks.shape[0]):
        for panel in range(marks.shape[1]):
            bits = marks[i, panel]
            other = column + panel * LANES
            while bits:
                if bits & 1 and other > row + i:
                    near[count, 0], near[count, 1] = row + i, other
                    count += 1
                bits >>= 1
                other += 1
    return count


@compiled
def _compare(fine, lists, near, ranks, slack):
    for at in range(len(near)):
        one, other = near[at]
        score = _sum_products(fine.codes, one, other) * fine.steps[one] * fine.steps[other]
        # Tested here, since a call of `_add` costs as much as a comparison.
        if score >= lists.lines[one]:
            _add(lists, one, other, score, ranks[0], slack)
        if score >= lists.lines[other]:
            _add(lists, other, one, score, ranks[1], slack)


@compiled
def _sum_products(codes, one, other):
    total = np.int32(0)
    for at in range(codes.shape[1]):
        product = np.int32(codes[one, at]) * np.int32(codes[other, at])
        total = np.int32(total + np.int32(product))
    return np.float32(total)


@compiled
def _add(lists, point, other, score, rank, slack):
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
def settle(units, lists, k, slack, floor, first, last):
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
