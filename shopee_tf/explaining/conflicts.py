"""What two titles say of the variant that cannot both be true of one product."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from shopee_tf.data.units import write_amount
from shopee_tf.data.variants import Variants, parse_variants
from shopee_tf.matching.variant_conflicts import KINDS, VariantTable


class Conflict(NamedTuple):
    """One thing of which two titles say something different."""

    kind: str  # one of `variant_conflicts.KINDS`
    name: str  # the dimension, or the letters of the model codes
    first: tuple[str, ...]  # what the first title says: "250g", "iphone 7", "a10s"
    second: tuple[str, ...]


def find_conflicts(first: str, second: str) -> tuple[Conflict, ...]:
    """Compares sizes, model codes and counts of two titles.

    Example:
      >>> find_conflicts("Serum 20 ml isi 2", "Serum 30ml isi 2")
      (Conflict(kind='quantities', name='volume', first=('20ml',), second=('30ml',)),)
    """
    ours, theirs = parse_variants(first), parse_variants(second)
    return tuple(
        Conflict(kind, name, _said(kind, name, ours), _said(kind, name, theirs))
        for kind in KINDS
        for name in sorted(getattr(ours, kind).keys() & getattr(theirs, kind).keys())
        if _differ(kind, name, ours, theirs)
    )


def _differ(kind: str, name: str, ours: Variants, theirs: Variants) -> bool:
    alone = [
        Variants({}, {}, {})._replace(**{kind: {name: getattr(one, kind)[name]}})
        for one in (ours, theirs)
    ]
    (found,) = VariantTable(alone, kinds=(kind,)).conflicts(np.array([0]), np.array([1]))
    return bool(found)


def _said(kind: str, name: str, variants: Variants) -> tuple[str, ...]:
    values: Iterable = sorted(getattr(variants, kind)[name])
    if kind == "codes":
        gap = " " * (len(name) > 3)  # iphone 7, but ja864
        return tuple(f"{name}{gap}{member}" for member in values)
    return tuple(write_amount(amount, name).replace("_", ".") for amount in values)
