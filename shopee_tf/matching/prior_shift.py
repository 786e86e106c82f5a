"""How much rarer matches are than where probabilities were fitted, told without labels."""

from typing import NamedTuple

import numpy as np
from scipy import optimize

_LEAST = 1e-3  # listings alike to the last word stay a match where hardly another pair is one
_USUAL = 0.5  # whole products of one catalogue differ by as much, see `damped`


class PriorShift(NamedTuple):
    """What a catalogue's own probabilities tell of it."""

    factor: float  # of the odds of each match, 1 at most
    singles: float  # the share of the listings to be counted as products of their own


NO_SHIFT = PriorShift(1.0, 0.0)


def odds_factor(probabilities: np.ndarray, *, share: float) -> float:
    """Finds by what the odds of a match must be multiplied where matches are of another share.

    Matches look as they did, and so do strangers; only how many are matches has changed. Then the
    odds of every pair change by one factor, and the share under which what is seen is likeliest
    tells it (Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new
    a priori probabilities"). They climb to it by EM; the likelihood is concave in the share, so its
    top is where the slope is 0.

    Args:
      probabilities: [p] floats, 0 to 1, of all pairs looked at, as fitted.
      share: of the pairs that were a match where they were fitted, above 0 and below 1.

    Returns:
      At least 0.001; 1 where there are no pairs.

    Raises:
      ValueError: `share` is not above 0 and below 1.

    Example:
      >>> half_as_many = np.repeat([0.99, 0.01], [10, 90])
      >>> round(odds_factor(half_as_many, share=0.2), 2)
      0.45
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"expected a share above 0 and below 1, got {share}")
    probabilities = np.asarray(probabilities, np.float64)
    gain = probabilities / share - (1.0 - probabilities) / (1.0 - share)  # match over stranger
    rest = (1.0 - probabilities) / (1.0 - share)

    def slope(here: float) -> float:
        return float((gain / (rest + here * gain)).sum())

    odds = share / (1.0 - share)
    low, high = (odds * bound / (1.0 + odds * bound) for bound in (_LEAST, 1.0 / _LEAST))
    if not len(probabilities):
        return 1.0
    if slope(low) <= 0:
        return _LEAST
    if slope(high) >= 0:
        return 1.0 / _LEAST
    found = optimize.brentq(slope, low, high, rtol=1e-6)
    return float(found / (1.0 - found) / odds)


def damped(factor: float) -> float:
    """Leaves a factor from 1/2 on as 1: whole products, other ones, have given 0.56 to 1.6.

    Those were 750 listings and more; 300 have given 0.36. Below 1/4 it stays as it
    is; between, it goes from one to the other without a step.

    Example:
      >>> [damped(factor) for factor in (2.0, 0.5, 0.375, 0.25, 0.1)]
      [1.0, 1.0, 0.5625, 0.25, 0.1]
    """
    return min(1.0, max(factor, (factor / _USUAL) ** 2))
