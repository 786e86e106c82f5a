"""The amounts and model codes that titles name."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from shopee_tf.data.quantities import find_quantities
from shopee_tf.data.titles import parse_variants
from shopee_tf.data.units import write_amount, write_number
from shopee_tf.report.blocks import Block, Table
from shopee_tf.report.shared_values import percent

_AMOUNTS = 5  # of a row, the most frequent
_FAMILIES = 12  # of model codes
_UNIT = re.compile(r"([0-9])(?=[a-z])")
_SIZES = "sizes of two or three numbers"


def unit_blocks(titles: Sequence[str]) -> list[Block]:
    """Counts in how many titles amounts of each dimension, and model codes, are named."""
    amounts, codes = defaultdict(Counter), defaultdict(Counter)
    named, coded = Counter(), Counter()
    for title in titles:
        told = _amounts(title)
        families = parse_variants(title).codes
        named.update(told.keys())
        coded.update(families.keys())
        for dimension, values in told.items():
            amounts[dimension].update(values)
        for family, members in families.items():
            space = " " if len(family) > 1 else ""  # "iphone 7", but "a10s"
            codes[family].update(f"{family}{space}{member}" for member in members)
    tables = (
        _table("Units found", "of", named, amounts, len(titles), None),
        _table("Model codes found", "family", coded, codes, len(titles), _FAMILIES),
    )
    return [table for table in tables if table.rows]


def _amounts(title: str) -> dict[str, set[str]]:
    """The amounts of a title as text, by dimension."""
    found = defaultdict(set)
    variants = parse_variants(title)
    for dimension, values in (variants.quantities | variants.packs).items():
        found[dimension] = {_written(value, dimension) for value in values}
    for quantity in find_quantities(title):
        if len(quantity.amounts) > 1:
            sides = (_written(amount, quantity.dimension) for amount in quantity.amounts)
            found[_SIZES].add(" x ".join(sides))
    return found


def _written(amount: float, dimension: str | None) -> str:
    """An amount as people write it: "4.5 mm" where titles are compared by "4_5mm"."""
    if dimension is None:
        return write_number(amount).replace("_", ".")
    word = write_amount(amount, dimension).replace("_", ".")
    return _UNIT.sub(r"\1 ", word)


def _table(name, noun, counts, values, total, most) -> Table:
    rows = tuple(
        (
            key,
            f"{count:,}",
            percent(count, total),
            ", ".join(f"{value} ({n:,})" for value, n in _most_frequent(values[key])[:_AMOUNTS]),
        )
        for key, count in _most_frequent(counts)[:most]
    )
    return Table(name, (noun, "titles", "% of titles", "most frequent"), rows)


def _most_frequent(counts: Counter) -> list[tuple[str, int]]:
    """What was counted, the most frequent first; equals by name, for sets know no order."""
    return sorted(counts.items(), key=lambda found: (-found[1], found[0]))
