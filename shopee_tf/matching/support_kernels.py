"""The compiled loop over common neighbours."""

import numpy as np

from shopee_tf.compilation import compiled


@compiled
def common_neighbors(
    starts: np.ndarray, others: np.ndarray, scores: np.ndarray, first: int, last: int, out
) -> None:
    """Sums s_ik s_kj over the common neighbours k of i and j, for each pair of some rows.

    Args:
      starts: [m + 1] ints, where the pairs of each row begin.
      others: [p] ints, ascending within a row.
      scores: [p] float64, the same in both directions.
      first: the first row.
      last: the row after the last.
      out: [p] float64; those of the rows are filled.
    """
    for row in range(first, last):
        for pair in range(starts[row], starts[row + 1]):
            left, right, total = starts[row], starts[others[pair]], 0.0
            left_end, right_end = starts[row + 1], starts[others[pair] + 1]
            while left < left_end and right < right_end:
                if others[left] < others[right]:
                    left += 1
                elif others[left] > others[right]:
                    right += 1
                else:
                    total += scores[left] * scores[right]
                    left += 1
                    right += 1
            out[pair] = total
