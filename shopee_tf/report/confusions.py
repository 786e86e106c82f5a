"""Products that are taken for each other, counted by the pairs of listings that do it."""

from typing import NamedTuple

import numpy as np

from shopee_tf.metrics import Matches
from shopee_tf.metrics.flat_matches import flatten


class Confusion(NamedTuple):
    """Two products, and the pairs of their listings that were taken for one product."""

    first: int  # a label
    second: int  # a larger one
    pairs: np.ndarray  # [p, 2] int64 rows, of the first product and of the second, ascending


def confused_products(pairs: np.ndarray, labels: np.ndarray, *, most: int) -> list[Confusion]:
    """Finds the two products with the most mistaken pairs, then the next two, `most` at most.

    Of as many pairs, the products with the smaller labels come first.

    Args:
      pairs: [p, 2] rows, of `mistaken_pairs`.
      labels: [n] integer classes of the whole catalogue.
      most: at least one.

    Example:
      >>> labels = np.array([7, 7, 8, 9])
      >>> pairs = mistaken_pairs({0: [0, 1, 2], 1: [1, 0], 2: [2, 0], 3: [3, 2]}, labels)
      >>> found = confused_products(pairs, labels, most=2)
      >>> [(one.first, one.second, one.pairs.tolist()) for one in found]
      [(7, 8, [[0, 2]]), (8, 9, [[2, 3]])]
    """
    products = labels[pairs]
    names, place, counts = np.unique(products, axis=0, return_inverse=True, return_counts=True)
    worst = np.argsort(-counts, kind="stable")[:most]
    return [Confusion(*names[one].tolist(), pairs[place.ravel() == one]) for one in worst]


def mistaken_pairs(matches: Matches, labels: np.ndarray) -> np.ndarray:
    """The pairs of listings that match and should not, by rows.

    A pair counts once, whichever of the two lists the other.

    Args:
      matches: row -> the rows predicted for it.
      labels: [n] integer classes of the whole catalogue.

    Returns:
      [p, 2] int64 rows, of the smaller label first.
    """
    rows, query, other = flatten(matches)
    pairs = np.stack([rows[query], other], axis=1)
    pairs = pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]]
    turned = labels[pairs[:, 0]] > labels[pairs[:, 1]]
    pairs[turned] = pairs[turned, ::-1]
    return np.unique(pairs, axis=0)
