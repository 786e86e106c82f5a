"""The cheapest offer of the same product: what a listing costs elsewhere."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np


class SamePairs(NamedTuple):
    """Pairs of listings that are one product for all that is known, by row."""

    rows: np.ndarray  # [p] int32
    others: np.ndarray  # [p] int32
    probabilities: np.ndarray | None  # [p] float64; None where a union of thresholds decided


class Offer(NamedTuple):
    """A listing with a price, and the cheapest other offer of its product, if there is one."""

    row: int
    price: Decimal
    other: int | None  # the row of the cheapest
    other_price: Decimal | None
    gap: Decimal | None  # what the other costs less; below 0 where it costs more
    gap_percent: float | None  # of the listing's own price
    probability: float | None  # that both are one product, where it is known


def cheapest_offers(
    pairs: SamePairs,
    prices: Sequence[Decimal | None],
    *,
    rows: Sequence[int],
    currencies: Sequence[str] | None = None,
) -> list[Offer]:
    """Finds for each of `rows` that has a price the cheapest other offer of its product.

    Of equal prices the more probable is taken, then that of the smaller row.

    Args:
      pairs: of rows and their offers.
      prices: [n], None where a listing has none: it is left out, as a row and as an offer.
      rows: [m] asked about.
      currencies: [n]; offers in another currency are left out. None: all are in one.

    Example:
      >>> pairs = SamePairs(np.array([0, 0]), np.array([1, 2]), np.array([0.9, 0.95]))
      >>> offers = cheapest_offers(pairs, [Decimal(20), Decimal(15), Decimal(18)], rows=[0, 1])
      >>> offers[0].other, offers[0].gap, offers[0].gap_percent
      (1, Decimal('5'), 25.0)
    """
    best: dict[int, tuple] = {}
    for place, (row, other) in enumerate(zip(pairs.rows.tolist(), pairs.others.tolist())):
        if row == other or prices[row] is None or prices[other] is None:
            continue
        if currencies is not None and currencies[row] != currencies[other]:
            continue
        chance = None if pairs.probabilities is None else float(pairs.probabilities[place])
        key = prices[other], -(chance or 0.0), other
        if row not in best or key < best[row][0]:
            best[row] = key, chance
    return [_offer(row, prices, best.get(row)) for row in map(int, rows) if prices[row] is not None]


def _offer(row: int, prices: Sequence[Decimal | None], found: tuple | None) -> Offer:
    price = prices[row]
    if found is None:
        return Offer(row, price, None, None, None, None, None)
    (other_price, _, other), chance = found
    gap = price - other_price
    return Offer(row, price, other, other_price, gap, float(100 * gap / price), chance)
