"""Which pairs are to be looked at: those that the matcher is least sure of."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from shopee_tf.app.decisions import Pair, pair_of
from shopee_tf.app.scored_pairs import ScoredPairs


class UncertainPairs(NamedTuple):
    """Pairs, each once, the most uncertain first."""

    first: np.ndarray  # [p] int32, rows
    second: np.ndarray  # [p] int32, above `first`
    score: np.ndarray  # [p] float64, the mean of both directions


def uncertain_pairs(scored: ScoredPairs, *, limit: int = 5000) -> UncertainPairs:
    """Orders pairs by how near their score is to the line; ties by row.

    Args:
      scored: pairs in one or both directions.
      limit: at most so many.
    """
    row = scored.rows[scored.query].astype(np.int64)
    low, high = np.minimum(row, scored.other), np.maximum(row, scored.other)
    size = int(high.max(initial=0)) + 1
    keys, place = np.unique(low * size + high, return_inverse=True)
    score = np.bincount(place, weights=scored.score) / np.maximum(np.bincount(place), 1)
    order = np.lexsort((keys, np.abs(score - scored.line)))[:limit]
    first, second = np.divmod(keys[order], size)
    return UncertainPairs(first.astype(np.int32), second.astype(np.int32), score[order])


def next_pair(
    pairs: UncertainPairs, posting_ids: np.ndarray, passed: Collection[Pair]
) -> int | None:
    """The place of the first pair that is not among those decided or skipped; None where all are.

    Args:
      pairs: the most uncertain first.
      posting_ids: [n] of the catalogue.
      passed: pairs that need no look, as `pair_of` gives them.
    """
    for place, (first, second) in enumerate(zip(pairs.first.tolist(), pairs.second.tolist())):
        if pair_of(posting_ids[first], posting_ids[second]) not in passed:
            return place
    return None
