"""The ledger: every row that did not become a record, and why."""

import collections
from collections.abc import Iterable
from typing import NamedTuple

from tfrecords.errors import DataError
from tfrecords.wording import counted

_FEW = 5  # rows that an error names


class Skip(NamedTuple):
    """A row left out.

    Attributes:
      row: of the catalogue, from 0.
      posting_id: of the catalogue.
      reason: one word to count by, as "missing_file".
      detail: the file, and what exactly was found.
    """

    row: int
    posting_id: str
    reason: str
    detail: str


def count_reasons(skipped: Iterable[Skip]) -> dict[str, int]:
    """Returns how many rows each reason took, the most frequent first."""
    return dict(collections.Counter(skip.reason for skip in skipped).most_common())


def describe(skipped: Iterable[Skip], *, limit: int = 20) -> str:
    """Returns one line: counts by reason, and the first few rows by posting id."""
    skipped = sorted(skipped)
    counts = ", ".join(f"{reason} {count}" for reason, count in count_reasons(skipped).items())
    named = "; ".join(f"{skip.posting_id}: {skip.detail}" for skip in skipped[:limit])
    more = f"; and {len(skipped) - limit} more" if len(skipped) > limit else ""
    return f"{counts} ({named}{more})" if skipped else "none"


class BadRows:
    """Watches the ledger grow, and ends the build when too much of it is bad.

    Args:
      rows_in: rows of the catalogue.
      max_fraction: of them that may be skipped.
      intolerable: reasons of which not one is tolerated.
    """

    def __init__(self, rows_in: int, *, max_fraction: float, intolerable: tuple[str, ...] = ()):
        self._allowed = max_fraction * rows_in
        self._rows_in = rows_in
        self._max_fraction = max_fraction
        self._intolerable = intolerable
        self._skipped: list[Skip] = []

    def add(self, skipped: Iterable[Skip]) -> None:
        """Takes in the rows skipped in one shard.

        Raises:
          DataError: there are too many, or one is intolerable.
        """
        self._skipped += skipped
        worst = [skip for skip in self._skipped if skip.reason in self._intolerable]
        if worst:
            raise DataError(f"--strict: {describe(worst, limit=_FEW)}")
        if len(self._skipped) > self._allowed:
            raise DataError(
                f"{len(self._skipped):,} of {counted(self._rows_in, 'row')} cannot be used, more "
                f"than --max_bad_fraction={self._max_fraction:g}: "
                f"{describe(self._skipped, limit=_FEW)}; mend them, or allow more: what is "
                "finished is kept"
            )
