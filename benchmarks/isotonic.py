"""Similarities become probabilities by one rising curve: the simplest model of pairs."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from shopee_tf.matching.pair_probabilities import PairProbabilities
from shopee_tf.retrieval.neighbors import Neighbors


def fit_curve(neighbors: Neighbors, labels: np.ndarray) -> IsotonicRegression:
    """Fits the share of matches among the pairs of a similarity, on labelled rows."""
    rows, others, similarities = neighbors
    query, column = np.nonzero(others[:, 1:] >= 0)
    hit = labels[others[query, column + 1]] == labels[rows[query]]
    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    return curve.fit(similarities[query, column + 1], hit)


def probabilities(neighbors: Neighbors, curve: IsotonicRegression) -> PairProbabilities:
    """Reads the probability of each pair off the curve."""
    rows, others, similarities = neighbors
    others = others[:, 1:]
    known = others >= 0
    probability = np.zeros(others.shape, np.float32)
    probability[known] = curve.predict(similarities[:, 1:][known])
    return PairProbabilities(rows, others, probability)
