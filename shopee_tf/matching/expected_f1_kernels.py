"""The inner loops of `matching.expected_f1`, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled

_SAME = 1e-12  # expected F1 this close is equal but for rounding


@compiled
def choose(starts, probabilities, most, taken, expected):
    """Finds for each row how many of its candidates to take, and the expected F1 of these.

    Args:
      starts: [m + 1] int64, where the candidates of each row begin in `probabilities`.
      probabilities: [p] float64, falling inside a row.
      most: how many candidates may be taken.
      taken: [m] int64, receives how many are.
      expected: [m] float64, receives the expected F1.
    """
    longest = 0
    for row in range(len(taken)):
        longest = max(longest, starts[row + 1] - starts[row])
    most = min(most, longest)
    inside = np.empty((most + 1, most + 1))
    beyond = np.empty(2 * longest + 3)
    values = np.empty(most + 1)
    for row in range(len(taken)):
        part = probabilities[starts[row] : starts[row + 1]]
        reach = min(most, len(part))
        _count_inside(part, reach, inside)
        _expect(part, reach, inside, beyond, values)
        best = 0
        for number in range(1, reach + 1):
            if values[number] > values[best] + _SAME:
                best = number
        taken[row], expected[row] = best, values[best]


@compiled
def _count_inside(part, reach, inside):
    """Fills inside[k, a] with the probability that a of the first k candidates are matches."""
    inside[0, 0] = 1.0
    for k in range(1, reach + 1):
        p = part[k - 1]
        inside[k, 0] = inside[k - 1, 0] * (1.0 - p)
        for a in range(1, k):
            inside[k, a] = inside[k - 1, a] * (1.0 - p) + inside[k - 1, a - 1] * p
        inside[k, k] = inside[k - 1, k - 1] * p


@compiled
def _expect(part, reach, inside, beyond, values):
    """Fills values[k] with the expected F1 of the row and its first k candidates.

    With a matches among these and b among the others F1 is 2 (1 + a) / (2 + k + a + b). So
    beyond[s], the expectation of 1 / (s + b), is all that is asked of the others. One candidate
    more among them is one step between neighbouring s (Ye, Chai, Lee and Chieu, 2012).
    """
    number = len(part)
    for s in range(2, 2 * number + 3):
        beyond[s] = 1.0 / s
    for k in range(number, -1, -1):
        if k < number:
            p = part[k]
            for s in range(2, number + k + 3):
                beyond[s] = beyond[s] * (1.0 - p) + beyond[s + 1] * p
        if k <= reach:
            total = 0.0
            for a in range(k + 1):
                total += inside[k, a] * (1.0 + a) * beyond[2 + k + a]
            values[k] = 2.0 * total
