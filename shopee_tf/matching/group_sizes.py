"""How likely each size of a group is, counted in a labelled catalogue."""

from typing import NamedTuple

import numpy as np


class SizePrior(NamedTuple):
    """How many products of each size were counted, and how many of unknown size are added."""

    products: np.ndarray  # [s + 1] int64, products of 0, 1, ... s listings
    smoothing: float  # added products, above 0


def count_sizes(labels: np.ndarray, *, smoothing: float = 100.0) -> SizePrior:
    """Counts the products of each size.

    Args:
      labels: [n] integer products of the listings counted.
      smoothing: see `log_shares`.

    Raises:
      ValueError: `smoothing` is not above 0.
    """
    if not smoothing > 0:
        raise ValueError(f"expected smoothing above 0, received {smoothing}")
    return SizePrior(np.bincount(np.unique(labels, return_counts=True)[1]), smoothing)


def log_shares(prior: SizePrior, largest: int) -> np.ndarray:
    """Computes log P(s), the share of the products that have s listings.

    To the counts `smoothing` products are added, spread over the sizes as 1 / (s (s + 1)), which
    sums to 1. So no size is impossible, and large ones, of which few are seen, are rarer by a law
    and not by chance.

    Args:
      prior: the counts.
      largest: the last size wanted.

    Returns:
      [largest + 1] float64; there are no groups of size 0, and index 0 is 0.

    Example:
      >>> prior = count_sizes(np.array([4, 4, 7]), smoothing=1)
      >>> np.exp(log_shares(prior, 3)[1:]).round(3).tolist()
      [0.5, 0.389, 0.028]
    """
    sizes = np.arange(1, largest + 1, dtype=np.float64)
    counts = np.zeros(largest)
    seen = prior.products[1 : largest + 1]
    counts[: len(seen)] = seen
    shares = (counts + prior.smoothing / (sizes * (sizes + 1))) / (
        prior.products.sum() + prior.smoothing
    )
    return np.append(0.0, np.log(shares))


def add_singles(prior: SizePrior, share: float) -> SizePrior:
    """Counts so many single listings more that `share` of all listings, below 1, are added ones.

    Example:
      >>> prior = SizePrior(np.array([0, 0, 3]), smoothing=100.0)
      >>> add_singles(prior, 0.25).products.tolist()
      [0, 2, 3]
    """
    listings = prior.products @ np.arange(len(prior.products))
    products = prior.products.copy()
    products[1] += round(share / (1.0 - share) * listings)
    return prior._replace(products=products)
