"""The loops of the join along the lists of an index, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled
from shopee_tf.retrieval.candidate_lists import add_candidate
from shopee_tf.retrieval.self_join_kernels import sum_products
from shopee_tf.retrieval.self_join_products import LANES, mark_near, prefetch


@compiled
def join_lists(fine, codes, left, lists, probes, starts, open_lines, queries, k, slack, shape):
    """Compares some points with those of the lists that each of them looks into.

    List by list: what looks into it is gathered, so that its points are read once for hundreds of
    queries, and the products are those of one block of codes by another.

    Args:
      fine: `self_join_codes.Fine`, of points that stand list by list.
      codes: `self_join_codes.Codes` of the same.
      left: [panels, depth, LANES] int32, `codes.left` as it is.
      lists: the candidates of all points; those of the queries receive what is found.
      probes: [n, p] int32, the lists that each point looks into, each once, -1 for none.
      starts: [lists + 1] int64, where the points of each list begin.
      open_lines: [n padded] float32, all inf: a column has no line of its own.
      queries: the first point to search from, and where to stop.
      k: neighbours wanted, the point itself among them.
      slack: how far a score below another may be equal to it, or better, in truth.
      shape: the rows and panels of a call of `mark_near`.
    """
    height, panels = shape
    depth, width = left.shape[1], panels * LANES
    askers, bounds = _by_list(probes[queries[0] : queries[1]], len(starts) - 1)
    rows = _in_rows(left, queries[0], queries[1])
    room = (np.diff(bounds).max() // LANES + 1) * LANES
    block = np.empty((room // LANES, depth, LANES), np.int32)
    steps, errors, lines = np.empty((3, room), np.float32)
    marks = np.empty((height, panels), np.uint16)
    near = np.empty((marks.size * LANES, 2), np.int64)
    for number in range(len(starts) - 1):
        asking = askers[bounds[number] : bounds[number + 1]]
        first, last = starts[number], starts[number + 1]
        if len(asking) == 0:
            continue
        _gather(rows, asking, queries[0], codes, lists, block, steps, errors, lines)
        for begin in range(first // LANES * LANES, last, width):
            column = min(begin, len(codes.steps) - width)
            for row in range(0, len(asking), height):
                mark_near(
                    block, codes.right, depth, codes.offsets, steps, errors, lines, codes.steps,
                    codes.errors, open_lines, row, column, marks,
                )  # fmt: skip
                inside = max(first, begin), min(last, begin + width)
                count = _unpack(marks, asking[row:], queries[0], column, inside, near)
                _compare(fine, lists, near[:count], k, slack)


@compiled
def _by_list(probes, count):
    """Who looks into each list: the rows of `probes`, list by list, and where each list begins."""
    bounds = np.zeros(count + 1, np.int64)
    for row in range(len(probes)):
        for number in probes[row]:
            if number >= 0:
                bounds[number + 1] += 1
    bounds = np.cumsum(bounds)
    place, askers = bounds[:-1].copy(), np.empty(bounds[-1], np.int32)
    for row in range(len(probes)):
        for number in probes[row]:
            if number >= 0:
                askers[place[number]] = row
                place[number] += 1
    return askers, bounds


@compiled
def _in_rows(left, first, last):
    """Codes of some points out of their panels: [points, depth] int32."""
    rows = np.empty((last - first, left.shape[1]), np.int32)
    for at in range(first, last):
        for deep in range(left.shape[1]):
            rows[at - first, deep] = left[at // LANES, deep, at % LANES]
    return rows


@compiled
def _gather(rows, asking, first, codes, lists, block, steps, errors, lines):
    """Puts those that ask into panels, and what their bounds need beside."""
    for at, row in enumerate(asking):
        for deep in range(rows.shape[1]):
            block[at // LANES, deep, at % LANES] = rows[row, deep]
        steps[at], errors[at] = codes.steps[first + row], codes.errors[first + row]
        lines[at] = lists.lines[first + row]
    for at in range(len(asking), len(steps)):
        steps[at], errors[at], lines[at] = 1.0, -np.inf, np.inf  # padding is never near


@compiled
def _unpack(marks, asking, first, column, inside, near):
    """Writes the pairs that are marked and whose column is `inside` into `near`."""
    count = 0
    for i in range(min(marks.shape[0], len(asking))):
        point = first + asking[i]
        for panel in range(marks.shape[1]):
            bits = marks[i, panel]
            other = column + panel * LANES
            while bits:
                if bits & 1 and inside[0] <= other < inside[1] and other != point:
                    near[count, 0], near[count, 1] = point, other
                    count += 1
                bits >>= 1
                other += 1
    return count


@compiled
def _compare(fine, lists, near, k, slack):
    for at in range(len(near)):
        if at + 2 < len(near):
            prefetch(fine.codes, near[at + 2, 1])
        point, other = near[at]
        score = sum_products(fine.codes, point, other) * fine.steps[point] * fine.steps[other]
        if score >= lists.lines[point]:
            add_candidate(lists, point, other, score, k, slack)
