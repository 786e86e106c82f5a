"""The loops of the self-join of dense vectors, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled
from shopee_tf.retrieval.candidate_lists import add_candidate
from shopee_tf.retrieval.self_join_products import LANES, mark_near, prefetch


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
                lists.lines, codes.steps, codes.errors, lists.lines, row, column, marks,
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
        score = sum_products(fine.codes, one, other) * fine.steps[one] * fine.steps[other]
        # Tested here, since a call of `add_candidate` costs as much as a comparison.
        if score >= lists.lines[one]:
            add_candidate(lists, one, other, score, ranks[0], slack)
        if score >= lists.lines[other]:
            add_candidate(lists, other, one, score, ranks[1], slack)


@compiled
def sum_products(codes, one, other):
    """The sum of the products of two rows of `codes` [n, dim] int16, as float32."""
    total = np.int32(0)
    for at in range(codes.shape[1]):
        product = np.int32(codes[one, at]) * np.int32(codes[other, at])
        total = np.int32(total + np.int32(product))
    return np.float32(total)
