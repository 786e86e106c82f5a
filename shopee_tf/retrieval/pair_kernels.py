"""The inner loop over pairs of sparse vectors, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled


@compiled
def sparse_dots(starts, terms, weights, num_terms, rows, others, scores):
    """Multiplies each vector with its own candidates, in float64.

    Args:
      starts: [n + 1] where the terms of each vector begin in `terms` and `weights`.
      terms: [nonzero] int.
      weights: [nonzero] float32.
      num_terms: the largest term plus 1.
      rows: [m] int64, positions of vectors.
      others: [m, c] int64, positions of the vectors to multiply each with.
      scores: [m, c] float64, receives the dot products.
    """
    spread = np.zeros(num_terms)
    for place, row in enumerate(rows):
        for at in range(starts[row], starts[row + 1]):
            spread[terms[at]] = weights[at]
        for column, other in enumerate(others[place]):
            total = 0.0
            for at in range(starts[other], starts[other + 1]):
                total += spread[terms[at]] * weights[at]
            scores[place, column] = total
        for at in range(starts[row], starts[row + 1]):
            spread[terms[at]] = 0.0
