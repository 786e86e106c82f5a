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
def join_tile(fine, codes, lists, rows, columns, k, slack, marks):
    """Compares the points of two blocks, each pair once, and lists what may be among the k best.

    Args:
      fine: `self_join_codes.Fine`.
      codes: `self_join_codes.Codes`.
      lists: what was found before; receives what is found now.
      rows: the first and last row of a block, ends multiples of the rows of `marks`.
      columns: the same of a block that is equal to it or begins where it ends, or later.
      k: points wanted for each point, itself among them.
      slack: how far a score below the k-th best may be equal to it, or better, in truth.
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
            _compare(fine, lists, near[:count], k, slack)
            count = _unpack(marks, row, column, near)
            for at in range(count):
                prefetch(fine.codes, near[at, 0])
                prefetch(fine.codes, near[at, 1])
    _compare(fine, lists, near[:count], k, slack)


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
def _compare(fine, lists, near, k, slack):
    for at in range(len(near)):
        one, other = near[at]
        score = _sum_products(fine.codes, one, other) * fine.steps[one] * fine.steps[other]
        # Tested here, since a call of `_add` costs as much as a comparison.
        if score >= lists.lines[one]:
            _add(lists, one, other, score, k, slack)
        if score >= lists.lines[other]:
            _add(lists, other, one, score, k, slack)


@compiled
def _sum_products(codes, one, other):
    total = np.int32(0)
    for at in range(codes.shape[1]):
        product = np.int32(codes[one, at]) * np.int32(codes[other, at])
        total = np.int32(total + np.int32(product))
    return np.float32(total)


@compiled
def _add(lists, point, other, score, k, slack):
    count = lists.counts[point]
    lists.points[point, count] = other
    lists.scores[point, count] = score
    count += 1
    if count == lists.points.shape[1]:
        count = _thin_out(lists, point, count, k, slack)
        if count > lists.points.shape[1] - _CROWD:
            lists.lines[point] = np.inf
    lists.counts[point] = count


@compiled
def _thin_out(lists, point, count, k, slack):
    """Raises the line to the k-th best, and drops what is below; returns what stays."""
    points, scores = lists.points[point], lists.scores[point]
    line = np.float32(np.partition(scores[:count], count - k)[count - k] - slack)
    line = max(line, lists.lines[point])
    lists.lines[point] = line
    kept = 0
    for at in range(count):
        if scores[at] >= line:
            points[kept], scores[kept] = points[at], scores[at]
            kept += 1
    return kept


@compiled
def settle(units, lists, k, slack, first, last):
    """Thins out the lists of points first..last - 1, and makes their scores exact: the cosines."""
    for point in range(first, last):
        if lists.lines[point] == np.inf:
            continue
        count = lists.counts[point]
        if count > k:
            count = _thin_out(lists, point, count, k, slack)
            lists.counts[point] = count
        left = units[point]
        for at in range(count):
            right = units[lists.points[point, at]]
            score = 0.0
            for d in range(len(left)):
                score += np.float64(left[d]) * np.float64(right[d])
            lists.scores[point, at] = np.float32(min(max(score, -1.0), 1.0))
