"""Listings that have a value in common: a product, a photo, a hash, a title."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Shared(NamedTuple):
    """A value, and the listings that have it."""

    value: str
    rows: tuple[int, ...]  # ascending


def group_rows(values: Iterable[str]) -> list[Shared]:
    """Groups rows by their value: the largest group first, of equals that of the first row.

    Rows without a value, an empty text, are in no group.

    Example:
      >>> group_rows(["tas", "topi", "", "topi"])
      [Shared(value='topi', rows=(1, 3)), Shared(value='tas', rows=(0,))]
    """
    rows = defaultdict(list)
    for row, value in enumerate(values):
        if value != "":
            rows[value].append(row)
    groups = [Shared(value, tuple(members)) for value, members in rows.items()]
    return sorted(groups, key=lambda group: (-len(group.rows), group.rows[0]))


def repeated(groups: Sequence[Shared]) -> list[Shared]:
    """Those groups that more than one listing is in, in their order."""
    return [group for group in groups if len(group.rows) > 1]


def percent(part: int, whole: int) -> str:
    """A share as text.

    Example:
      >>> percent(2, 3), percent(0, 0)
      ('66.7 %', '-')
    """
    return f"{100 * part / whole:.1f} %" if whole else "-"
