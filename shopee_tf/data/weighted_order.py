"""The order of training rows in which every class is equally likely, however large it is."""

import numpy as np


def class_weighted_order(labels: np.ndarray, *, seed: int, epoch: int) -> np.ndarray:
    """Draws as many rows as there are, a row's probability being 1 / (classes x rows of its class).

    The draw is systematic, which keeps the expectations of independent draws and nearly removes
    their variance: of n rows in C classes each class gets n // C draws or one more, at random, and
    within a class no row is drawn twice before all were drawn once.

    Args:
      labels: [n] int32, the class of each row; -1 for rows not trained on.
      seed: of the run.
      epoch: from 0; the order is a function of (seed, epoch).

    Returns:
      [number of labelled rows] int32 rows, shuffled; a row may come several times, or never.

    Example:

    >>> labels = np.array([0, 0, 0, 0, 0, 1, -1])
    >>> rows = class_weighted_order(labels, seed=0, epoch=0)
    >>> np.bincount(labels[rows]).tolist()
    [3, 3]
    """
    random = np.random.default_rng([seed, epoch])
    rows = random.permutation(np.flatnonzero(labels >= 0))
    rows = rows[np.argsort(labels[rows], kind="stable")]
    _, first, counts = np.unique(labels[rows], return_index=True, return_counts=True)
    share, rest = divmod(len(rows), max(len(counts), 1))
    draws = np.full(len(counts), share)
    draws[random.permutation(len(counts))[:rest]] += 1
    of_class = np.repeat(np.arange(len(counts)), draws)
    number = np.arange(len(of_class)) - np.repeat(np.cumsum(draws) - draws, draws)
    drawn = rows[first[of_class] + number % counts[of_class]]
    return random.permutation(drawn).astype(np.int32)
