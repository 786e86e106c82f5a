"""Variants of a product as titles tell them apart: by size, by count, by model."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shopee_tf.data.model_codes import find_codes
from shopee_tf.data.quantities import TIMES, Quantity, find_quantities

TOLERANCE = 0.1
"""Quantities this near, relative to the larger, count as equal: of the near-duplicates of the real
catalogue that differ by less, most are one product (soap of 70 and of 75 gram)."""

MEASURES = ("mass", "volume", "length", "memory", "power", "layers", "tiers", "yards")
PACKS = ("pieces", "sheets", "sachets", "capsules", "tablets", "pairs", "packs", "boxes", "sets")
_NAMES = ("2G", "3G", "4G", "5G", "3M")  # networks and a brand, so written no amounts


class Variants(NamedTuple):
    """What a title says of the variant; what it does not say is absent."""

    quantities: Mapping[str, frozenset[float]]  # of `MEASURES`, in base units
    packs: Mapping[str, frozenset[float]]  # of `PACKS`
    codes: Mapping[str, frozenset[str]]  # members of each family of model codes


def parse_variants(title: str) -> Variants:
    """Reads quantities, packs and model codes out of a title.

    Sizes of two or three numbers ("60 x 90 cm") are left out: sellers round them. A multiple says
    three things, for others name its total: "2 x 200 ml" is two pieces, 200 ml and 400 ml.

    Example:
      >>> found = parse_variants("Serum 20 ml isi 2 untuk iPhone 7/Samsung A10s")
      >>> {name: sorted(values) for name, values in found.quantities.items()}
      {'volume': [20.0]}
      >>> {name: sorted(values) for name, values in (found.packs | found.codes).items()}
      {'pieces': [2.0], 'a': ['10s'], 'iphone': ['7']}
    """
    amounts, codes = defaultdict(set), defaultdict(set)
    found = find_quantities(title)
    for quantity in found:
        spelled = title[quantity.start : quantity.end]
        if len(quantity.amounts) == 1 and spelled not in _NAMES:
            amounts[quantity.dimension].add(quantity.amounts[0])
    for dimension, total in _totals(title, found):
        amounts[dimension].add(total)
    for family, member in sorted(find_codes(title)):
        codes[family].add(member)
    return Variants(
        {name: frozenset(amounts[name]) for name in MEASURES if name in amounts},
        {name: frozenset(amounts[name]) for name in PACKS if name in amounts},
        {family: frozenset(members) for family, members in codes.items()},
    )


def _totals(title: str, found: list[Quantity]) -> Iterator[tuple[str, float]]:
    """Pieces times the amount that they are multiplied with, where it is a measure."""
    for first, second in itertools.pairwise(found):
        if TIMES.fullmatch(title, first.end, second.start):
            for pieces, each in ((first, second), (second, first)):
                if pieces.dimension == "pieces" and each.dimension in MEASURES:
                    yield each.dimension, pieces.amounts[0] * each.amounts[0]
