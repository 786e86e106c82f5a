"""Listings that match nothing: how likely each is one."""

import numpy as np

from shopee_tf.matching.pair_probabilities import PairProbabilities


def no_match_probability(pairs: PairProbabilities) -> np.ndarray:
    """Computes for each row the probability that it matches none of its candidates.

    That is the product of 1 - p over the candidates, in logarithms. Two assumptions are in it: that
    a partner is always among the candidates, and that matches are independent of each other. They
    are not: the listings of a product match together, so the product is too small where several
    candidates are likely. Whatever the dependence, the true value lies between
    1 - (the sum of p) and 1 - (the largest p) (Frechet 1935).

    Args:
      pairs: of m queries; a row is no candidate of itself.

    Returns:
      [m] float64, 0 to 1; 1 for a row without candidates.

    Example:
      >>> rows, others = np.array([0, 1]), np.array([[1, 2], [-1, -1]])
      >>> pairs = PairProbabilities(rows, others, np.array([[0.5, 0.2], [0, 0]]))
      >>> no_match_probability(pairs).round(3).tolist()
      [0.4, 1.0]
    """
    probability = np.where(pairs.others < 0, 0.0, pairs.probability).astype(np.float64)
    with np.errstate(divide="ignore"):  # log 0 of a certain match: the product is 0
        return np.exp(np.log1p(-probability).sum(axis=1))
