"""Sets of matches of the highest expected F1."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

# A candidate below it is left out. One of probability p changes the F1 that any set can expect by
# at most p / 3: a match more takes 1 of 1 to 2 of 3 at worst. For 100 of them that is 4e-5.
_TINY = 1e-6
_ROWS = 1024  # a thread takes so many at a time


class Sets(NamedTuple):
    """What each row accepts, and what is to be expected of it."""

    accepted: np.ndarray  # [p] bool, of the pairs
    expected_f1: np.ndarray  # [num_rows] float64; their mean forecasts the F1 of the catalogue
    no_match: np.ndarray  # [num_rows] float64, the probability that no candidate is a match


def scale_odds(probabilities: np.ndarray, ratio: float) -> np.ndarray:
    """Carries probabilities over to a catalogue `ratio` times as large as the one fitted on.

    Strangers as similar as these are then `ratio` times as many, and partners are not: the odds of
    a match are divided by it.

    Example:
      >>> scale_odds(np.array([0.0, 0.5, 1.0]), 4.0).tolist()
      [0.0, 0.2, 1.0]
    """
    probabilities = np.asarray(probabilities, np.float64)
    if not 0.0 < ratio < np.inf:
        raise ValueError(f"expected a ratio of sizes above 0, got {ratio}")
    return probabilities / (probabilities + (1.0 - probabilities) * ratio)


def best_sets(
    query: np.ndarray, probabilities: np.ndarray, *, num_rows: int, limit: int = 50
) -> Sets:
    """Chooses for each row the set of matches of the highest expected F1.

    F1 is 2 |T and P| / (|T| + |P|), T the listings of the row's product and P those predicted, the
    row itself in both. Candidates are matches independently of each other. The best set then is the
    row with its most probable candidates, however many (Lewis, SIGIR 1995; Jansche, ACL 2007), and
    for each number of them the expectation is exact, in O(c^2) for all numbers of c candidates (Ye,
    Chai, Lee and Chieu, 2012, arXiv:1206.4625). Of equal sets the smaller is taken, of candidates
    of one probability the earlier.

    Args:
      query: [p] int, ascending, the row that each pair is a candidate of.
      probabilities: [p] floats, 0 to 1.
      num_rows: how many rows there are; one without a pair has itself alone.
      limit: the largest set, the row itself included.

    Raises:
      ValueError: queries that do not ascend or are no rows, or numbers that are no probabilities.

    Example:
      >>> sets = best_sets(np.array([0, 0, 2]), np.array([0.9, 0.1, 0.2]), num_rows=3)
      >>> sets.accepted.tolist(), sets.expected_f1.round(3).tolist()
      ([True, False, False], [0.947, 1.0, 0.933])
      >>> sets.no_match.round(2).tolist()
      [0.09, 1.0, 0.8]
    """
    query, probabilities = np.asarray(query), np.asarray(probabilities, np.float64)
    _check(query, probabilities, num_rows, limit)
    no_match = np.ones(num_rows)
    np.multiply.at(no_match, query, 1.0 - probabilities)
    pairs = np.flatnonzero(probabilities >= _TINY)
    pairs = pairs[np.lexsort((-probabilities[pairs], query[pairs]))]
    starts = np.searchsorted(query[pairs], np.arange(num_rows + 1))
    taken, expected = _choose(starts, probabilities[pairs], limit - 1)
    accepted = np.zeros(len(query), bool)
    rank = np.arange(len(pairs)) - starts[query[pairs]]
    accepted[pairs] = rank < taken[query[pairs]]
    return Sets(accepted, expected, no_match)


def _check(query, probabilities, num_rows, limit):
    if query.shape != probabilities.shape or query.ndim != 1:
        raise ValueError(f"expected one for each pair, got {query.shape}, {probabilities.shape}")
    if len(query) and not (0 <= query[0] <= query[-1] < num_rows and (np.diff(query) >= 0).all()):
        raise ValueError(f"expected queries that ascend from 0 to below {num_rows}")
    if not ((probabilities >= 0.0) & (probabilities <= 1.0)).all():
        raise ValueError("expected probabilities between 0 and 1")
    if limit < 1:
        raise ValueError(f"expected a limit of at least 1, the row itself, got {limit}")


def _choose(starts, probabilities, most):
    from shopee_tf.matching.expected_f1_kernels import choose

    num_rows = len(starts) - 1
    taken, expected = np.zeros(num_rows, np.int64), np.ones(num_rows)

    def fill(row: int) -> None:
        part = slice(row, row + _ROWS)
        choose(starts[row : row + _ROWS + 1], probabilities, most, taken[part], expected[part])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, num_rows, _ROWS)))
    return taken, expected
