"""How far a mean over listings could be off, had other products been drawn."""

from typing import NamedTuple

import numpy as np

_BLOCK = 50  # draws at a time: 50 x 11,014 products take 4 MiB a table


class Interval(NamedTuple):
    """An interval of confidence."""

    low: float
    high: float


def bootstrap_interval(
    values: np.ndarray,
    products: np.ndarray,
    *,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Draws products with replacement and takes percentiles of the mean over their listings.

    Listings of one product are found or missed together, so they are no independent draws and
    whole products are drawn: as many as there are (Efron 1979; percentiles, Efron 1981). What
    other listings of the same products would give, or another training, is not in the interval.

    Args:
      values: [m] of each listing, as its F1.
      products: [m] integer product of each.
      draws: how many means.
      seed: of the draws.
      level: the share of the means that are inside.

    Raises:
      ValueError: there are no values.

    Example:
      >>> bootstrap_interval(np.array([0.5, 0.5, 0.5]), np.array([7, 7, 8]))
      Interval(low=0.5, high=0.5)
    """
    if not len(values):
        raise ValueError("expected at least one value, received none")
    _, place = np.unique(products, return_inverse=True)
    counts = np.bincount(place)
    sums = np.bincount(place, weights=values)
    rng = np.random.default_rng(seed)
    means = np.empty(draws)
    for start in range(0, draws, _BLOCK):
        size = (min(_BLOCK, draws - start), len(counts))
        drawn = rng.integers(len(counts), size=size)
        means[start : start + _BLOCK] = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
