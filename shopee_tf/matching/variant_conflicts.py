"""Which pairs of titles cannot be one product: they name different sizes, counts or models."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.data.variants import TOLERANCE, Variants
from tfrecords.errors import UsageError

KINDS = ("quantities", "codes", "packs")
"""What titles may differ in, the most telling first: fields of `Variants`."""

DEFAULT_KINDS = ("quantities", "codes")
"""Counts of pieces are left out: listings of 50 and of 100 rubber bands are often one product."""

MAX_VALUES = 8
"""A title that names more amounts of one dimension, or more members of one family of codes, lists
what there is to choose from: it says nothing about the variant."""


class _Amounts(NamedTuple):
    """What the titles say in one dimension."""

    place: np.ndarray  # [n] int32: the title's row in `values`, -1 where it says nothing
    values: np.ndarray  # [titles that say something, at most MAX_VALUES] float64, NaN-padded


class VariantTable:
    """The variants of n titles, to be compared pair by pair.

    Args:
      variants: what `parse_variants` read in each title.
      kinds: what they may differ in, of `KINDS`.

    Raises:
      UsageError: no such kind.
    """

    def __init__(self, variants: Sequence[Variants], *, kinds: Sequence[str] = DEFAULT_KINDS):
        if not kinds or not set(kinds) <= set(KINDS):
            raise UsageError(f"kinds of variants: expected among {KINDS}, received {kinds!r}")
        self._amounts = [
            table
            for kind in kinds
            if kind != "codes"
            for table in _tables([getattr(one, kind) for one in variants])
        ]
        codes = [one.codes if "codes" in kinds else {} for one in variants]
        self._families, self._codes, self._family_of = _code_matrices(codes)
        self._coded = np.diff(self._families.indptr) > 0

    def conflicts(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Tells which pairs differ: in one dimension or family both say something, nothing shared.

        Args:
          first: [p] ints, rows of the titles.
          second: [p] ints.

        Returns:
          [p] bool.
        """
        found = self._code_conflicts(first, second)
        for amounts in self._amounts:
            pairs = np.flatnonzero((amounts.place[first] >= 0) & (amounts.place[second] >= 0))
            ours = amounts.values[amounts.place[first[pairs]]][:, :, None]
            theirs = amounts.values[amounts.place[second[pairs]]][:, None, :]
            # NaN, the padding, is near nothing.
            near = np.abs(ours - theirs) <= TOLERANCE * np.maximum(ours, theirs)
            found[pairs] |= ~near.any(axis=(1, 2))
        return found

    def _code_conflicts(self, first, second):
        found = np.zeros(len(first), bool)
        pairs = np.flatnonzero(self._coded[first] & self._coded[second])
        first, second = first[pairs], second[pairs]
        families = self._families[first].multiply(self._families[second])
        shared = self._codes[first].multiply(self._codes[second]) @ self._family_of
        found[pairs] = _filled(families) > _filled(shared)
        return found


def _filled(matrix: sparse.csr_matrix) -> np.ndarray:
    return np.diff(matrix.tocsr().indptr)


def _tables(of_titles: Sequence[Mapping[str, frozenset[float]]]) -> list[_Amounts]:
    dimensions = dict.fromkeys(name for amounts in of_titles for name in amounts)
    return [_table([amounts.get(name, ()) for amounts in of_titles]) for name in dimensions]


def _table(amounts: Sequence[Iterable[float]]) -> _Amounts:
    lengths = np.array([len(values) for values in amounts])
    known = np.flatnonzero((lengths > 0) & (lengths <= MAX_VALUES))
    place = np.full(len(amounts), -1, np.int32)
    place[known] = np.arange(len(known))
    values = np.full((len(known), lengths[known].max(initial=0)), np.nan)
    for row, title in enumerate(known):
        values[row, : lengths[title]] = sorted(amounts[title])
    return _Amounts(place, values)


def _code_matrices(of_titles: Sequence[Mapping[str, frozenset[str]]]):
    """Families of titles [n, families], codes [n, codes], and codes by family, as 0 and 1."""
    families: dict[str, int] = {}
    codes: dict[tuple[str, str], int] = {}
    in_family, of_code = [], []
    for row, named in enumerate(of_titles):
        for family, members in named.items():
            if len(members) > MAX_VALUES:
                continue
            in_family.append((row, families.setdefault(family, len(families))))
            for member in members:
                of_code.append((row, codes.setdefault((family, member), len(codes))))
    by_family = [(column, families[family]) for (family, _), column in codes.items()]
    n = len(of_titles)
    return (
        _ones(in_family, (n, len(families))),
        _ones(of_code, (n, len(codes))),
        _ones(by_family, (len(codes), len(families))),
    )


def _ones(cells: Sequence[tuple[int, int]], shape: tuple[int, int]) -> sparse.csr_matrix:
    rows, columns = np.array(cells, np.int64).reshape(-1, 2).T
    ones = np.ones(len(rows), np.int32)
    return sparse.csr_matrix((ones, (rows, columns)), [max(size, 1) for size in shape])
