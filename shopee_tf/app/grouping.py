"""Products as the matcher sees them: groups of listings, the largest first."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.prices import read_prices
from shopee_tf.matching.group_merging import merged_groups
from shopee_tf.matching.groups import Groups, group_members
from shopee_tf.matching.offers import Offer, cheapest_offers
from shopee_tf.metrics import Matches
from shopee_tf.metrics.flat_matches import flatten
from shopee_tf.systems import Decision, PairDecision, Part, group_rows, same_pairs

_SURE = 0.9  # any number above a half: a pair that matches weighs what one that does not


class GroupList(NamedTuple):
    """Groups of at least two listings, the largest first, ties by row."""

    members: list[np.ndarray]  # of each group its rows, ascending
    of_row: np.ndarray  # [n] int64, the place of each row's group, -1 where it is alone


def find_groups(decision: Decision | PairDecision, part: Part, matches: Matches) -> GroupList:
    """Parts a catalogue into groups.

    A decision by probabilities merges them by these (`systems.group_rows`). A union knows matches
    alone: `agreeing_groups`.

    Args:
      decision: of the matcher.
      part: all of the catalogue.
      matches: of all rows.
    """
    if isinstance(decision, PairDecision):
        groups = group_rows(decision, part)
    else:
        groups = agreeing_groups(matches)
    parts = [groups.rows[part] for part in group_members(groups.labels) if len(part) > 1]
    parts.sort(key=lambda rows: (-len(rows), rows[0]))
    of_row = np.full(len(part.source.catalog), -1, np.int64)
    for place, rows in enumerate(parts):
        of_row[rows] = place
    return GroupList(parts, of_row)


def agreeing_groups(matches: Matches) -> Groups:
    """Groups in which most pairs match: two are merged where more than half of those between do.

    What matches alone join, one chain after another, would be half of a catalogue.

    Args:
      matches: of all rows; a pair matches where either lists the other.

    Example:
      >>> agreeing_groups({0: [0, 1], 1: [1], 2: [2], 3: [3, 1]}).labels.tolist()
      [0, 0, 1, 2]
    """
    rows, query, other = flatten(matches)
    shape = len(rows), len(rows)
    listed = sparse.coo_array((np.ones(len(query)), (query, np.searchsorted(rows, other))), shape)
    agreed = (listed + listed.T).tocsr()
    agreed.data[:] = _SURE
    return merged_groups(rows, agreed, default=1 - _SURE)


def search_groups(groups: GroupList, found: np.ndarray) -> list[int]:
    """The places of the groups that hold any of the rows `found`, the largest group first."""
    places = np.unique(groups.of_row[found])
    return places[places >= 0].tolist()


def find_offers(
    decision: Decision | PairDecision, part: Part, *, confidence: float = 0.9
) -> dict[int, Offer] | None:
    """The cheapest other offer of each row that has a price; None where no column has prices.

    Args:
      decision: of the matcher.
      part: all of the catalogue.
      confidence: the least probability that both are one product; see `systems.same_pairs`.

    Raises:
      DataError: a price that is no number above 0.
    """
    catalog: Catalog = part.source.catalog
    if "price" not in catalog.frame:
        return None
    prices = read_prices(catalog)
    pairs = same_pairs(decision, part, confidence=confidence)
    currencies = catalog.frame.get("currency")
    offers = cheapest_offers(pairs, prices, rows=part.queries, currencies=currencies)
    return {offer.row: offer for offer in offers}
