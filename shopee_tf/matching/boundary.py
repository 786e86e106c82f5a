"""A fitted boundary in the space of several similarities: matches on one side of it."""

from typing import NamedTuple

import numpy as np
from scipy import optimize
from scipy.special import expit, log_expit, logit

_RIDGE = 0.01  # keeps coefficients finite where a line parts all matches from the rest


class Boundary(NamedTuple):
    """Log odds of a match: a polynomial of degree 2 in the similarities of s systems."""

    intercept: np.ndarray  # [] float64
    coefficients: np.ndarray  # [s + s (s + 1) / 2 + s] float64, see `_terms`


def fit_boundary(similarities: np.ndarray, hits: np.ndarray) -> Boundary:
    """Fits a logistic regression on the similarities, their squares and products.

    Of two systems, photo and title, the line where the log odds are 0 is a curve in the plane of
    both: a match of photos needs less of the title, and the other way round. The fourteenth of the
    competition (Shopee - Price Match Guarantee, 2021) drew such a line.

    No coefficient of these is below 0: more similarity never lowers the chance, where pairs are few
    too. Whether a system knows nothing may speak for either.

    Args:
      similarities: [s, p] float32, 0 where a system knows nothing.
      hits: [p] bool.

    Raises:
      ValueError: all pairs are matches, or none is.
    """
    if hits.all() or not hits.any():
        raise ValueError("expected pairs that are a match and pairs that are not")
    terms = _terms(similarities)
    center, spread = terms.mean(axis=0), terms.std(axis=0)
    spread[spread == 0] = 1.0
    unit, sign = (terms - center) / spread, np.where(hits, 1.0, -1.0)

    def loss(weights):
        margin = sign * (weights[0] + unit @ weights[1:])
        pull = -sign * expit(-margin)
        gradient = np.append(pull.sum(), unit.T @ pull + _RIDGE * weights[1:])
        return -log_expit(margin).sum() + _RIDGE / 2 * (weights[1:] ** 2).sum(), gradient

    rising = terms.shape[1] - len(similarities)
    bounds = [(None, None), *[(0.0, None)] * rising, *[(None, None)] * len(similarities)]
    start = np.zeros(1 + terms.shape[1])
    start[0] = logit(hits.mean())
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    coefficients = found[1:] / spread
    return Boundary(np.float64(found[0] - coefficients @ center), coefficients)


def boundary_log_odds(boundary: Boundary, similarities: np.ndarray) -> np.ndarray:
    """The log odds of a match, [p] float64, of pairs with `similarities` [s, p] float32.

    Example:
      >>> similar = np.array([[0.9, 0.8, 0.3, 0.2, 0.1, 0.7]], np.float32)
      >>> line = fit_boundary(similar, np.array([True, True, False, False, False, True]))
      >>> (boundary_log_odds(line, np.array([[0.95, 0.05]], np.float32)) > 0).tolist()
      [True, False]
    """
    return boundary.intercept + _terms(similarities) @ boundary.coefficients


def _terms(similarities: np.ndarray) -> np.ndarray:
    """Each similarity, each product of two, and whether a system knows nothing: [p, terms].

    Below 0 a similarity tells as little as at 0.
    """
    values = np.maximum(similarities, 0.0).astype(np.float64)
    count = len(values)
    products = [values[i] * values[j] for i in range(count) for j in range(i, count)]
    return np.stack([*values, *products, *(similarities == 0)], axis=1)
