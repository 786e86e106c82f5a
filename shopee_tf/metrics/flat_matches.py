"""Matches as arrays."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np


class FlatMatches(NamedTuple):
    """Every row that is listed for another one, in the order of the lists."""

    rows: np.ndarray  # [m] int64, the rows that have a list
    query: np.ndarray  # [p] int64, the position in `rows` of the row that lists
    other: np.ndarray  # [p] int64, the row that is listed, never the row itself


def flatten(matches: Mapping[int, Sequence[int]]) -> FlatMatches:
    """Lays match sets end to end and leaves each row itself out of its own.

    Raises:
      ValueError: there are no rows.

    Example:
      >>> flatten({4: [4, 7], 7: [7]}).other
      array([7])
    """
    rows = np.fromiter(matches, np.int64, len(matches))
    if not len(rows):
        raise ValueError("expected at least one row to score, received none")
    lengths = np.fromiter(map(len, matches.values()), np.int64, len(rows))
    other = np.fromiter(chain.from_iterable(matches.values()), np.int64, int(lengths.sum()))
    query = np.repeat(np.arange(len(rows)), lengths)
    foreign = other != rows[query]
    return FlatMatches(rows, query[foreign], other[foreign])
