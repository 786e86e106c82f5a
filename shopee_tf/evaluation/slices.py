"""Scores of a part of the listings: those of one size of product, or of one language."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.title_language import LANGUAGES, title_languages
from shopee_tf.metrics import RowScores, group_sizes

_SIZES = ("1", "2", "3", "4-5", "6-10", "11+")
_SMALLEST = (1, 2, 3, 4, 6, 11)


class Slice(NamedTuple):
    """The mean scores of some listings."""

    by: str  # "group_size" or "language"
    value: str  # "4-5", "English", ...
    num_queries: int
    f1: float
    precision: float
    recall: float


def slice_scores(
    scores: RowScores, catalog: Catalog, *, by: Sequence[str], candidates: np.ndarray
) -> list[Slice]:
    """Averages scores over the listings of each kind, in the order of `by`.

    Args:
      scores: of each listing.
      catalog: labelled.
      by: of `SLICES`: "group_size", listings of the same product among the candidates, itself
        counted; "language", of the title by its common words (`data.title_language`).
      candidates: [c] rows that could be found.

    Returns:
      One for each kind that has a listing.
    """
    return [
        _slice(name, value, scores, kinds == value)
        for name in by
        for order, kinds in [SLICES[name](catalog, scores.rows, candidates)]
        for value in order
        if (kinds == value).any()
    ]


def _slice(by, value, scores, inside):
    means = {name: float(getattr(scores, name)[inside].mean()) for name in _MEANS}
    return Slice(by=by, value=value, num_queries=int(inside.sum()), **means)


_MEANS = ("f1", "precision", "recall")


def _group_sizes(catalog, rows, candidates):
    sizes = group_sizes(catalog.labels, candidates)[rows]
    return _SIZES, np.array(_SIZES, object)[np.searchsorted(_SMALLEST, sizes, side="right") - 1]


def _languages(catalog, rows, candidates):
    return LANGUAGES, title_languages(catalog.titles[rows])


SLICES = {"group_size": _group_sizes, "language": _languages}
"""Name -> (catalogue, rows, candidates) -> kinds in order, and the kind of each row."""
