"""What tells a match from a stranger, beside how similar the two are."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from shopee_tf.matching.blending import Candidates
from shopee_tf.matching.variant_conflicts import DEFAULT_KINDS
from shopee_tf.matching.variant_guard import pair_conflicts
from shopee_tf.retrieval.ranking import ranges

_FEW = 0.1  # neighbours: of rows with none beside each other, a share would be 0 of 0
_ROWS = 1024  # a thread takes so many at a time


class PairTable(NamedTuple):
    """Candidate pairs of one catalogue, each in both directions, ordered by (query, other).

    Attributes:
      rows: [m] int32, the catalogue's rows that were searched, ascending; places count in them.
      query: [p] int64, places.
      other: [p] int64, places; (other, query) is a pair too.
      back: [p] int64, where that pair stands.
      similarities: [systems, p] float32, 0 where a system knows nothing of either.
    """

    rows: np.ndarray
    query: np.ndarray
    other: np.ndarray
    back: np.ndarray
    similarities: np.ndarray


def pair_table(candidates: Candidates) -> PairTable:
    """Lists the candidates of a search of a catalogue in itself as pairs, in both directions.

    What only one of two rows found, the other gets too: similarities know no direction.

    Args:
      candidates: of all m rows that were searched.

    Example:
      >>> similar = np.array([[[0.9], [0.9], [0.2]]], np.float32)
      >>> found = Candidates(np.arange(3), np.array([[1], [0], [0]]), similar)
      >>> table = pair_table(found)
      >>> table.query.tolist(), table.other.tolist(), table.back.tolist()
      ([0, 0, 1, 2], [1, 2, 0, 0], [2, 3, 0, 1])
    """
    rows, others, similarities = candidates
    query, column = np.nonzero(others >= 0)
    other = np.searchsorted(rows, others[query, column])
    values = similarities[:, query, column]
    count = len(rows)
    keys = np.concatenate([query * count + other, other * count + query])
    keys, first = np.unique(keys, return_index=True)
    query, other = np.divmod(keys, count)
    back = np.searchsorted(keys, other * count + query)
    return PairTable(rows, query, other, back, values[:, first % len(column)])


def keep_pairs(table: PairTable, kept: np.ndarray) -> PairTable:
    """The pairs that are marked in `kept` ([p] bool), which marks both directions or neither."""
    place = np.cumsum(kept) - 1
    return PairTable(
        table.rows,
        table.query[kept],
        table.other[kept],
        place[table.back[kept]],
        table.similarities[:, kept],
    )


def ranks(query: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The rank of each pair among those of its query, by falling score, ties in their order.

    Args:
      query: [p] ints, ascending.
      scores: [p] floats.

    Returns:
      [p] int64 from 0.
    """
    order = np.lexsort((-scores, query))
    found = np.empty(len(query), np.int64)
    found[order] = ranges(np.bincount(query)) if len(query) else 0
    return found


def nth_best(query: np.ndarray, scores: np.ndarray, rank: np.ndarray, *, nth: int, rows: int):
    """The score of rank `nth` of each row, [rows] float32; 0 where a row has no so many pairs."""
    best = np.zeros(rows, np.float32)
    here = rank == nth
    best[query[here]] = scores[here]
    return best


def neighborhood_features(table: PairTable, scores: np.ndarray) -> np.ndarray:
    """How a pair stands among the other pairs of both its rows, by one score.

    What speaks for a pair: a high rank from either side, and common neighbours, of which `support`
    tells how many for certain and how many of those that either row has. What speaks against it:
    rows with many better neighbours.

    Args:
      table: p pairs.
      scores: [p] floats in 0..1, the same in both directions.

    Returns:
      [13, p] float32, in the order of `NEIGHBORHOOD`.
    """
    query, other, back = table.query, table.other, table.back
    count = len(table.rows)
    rank = ranks(query, scores)
    features = [rank, rank[back]]
    for nth in (0, 2, 7):
        best = nth_best(query, scores, rank, nth=nth, rows=count)
        features += [best[query], best[other]]
    total = np.bincount(query, scores, count)
    common = support(table, scores)
    features += [common, total[query], total[other]]
    features += [common / (total[row] - scores + _FEW) for row in (query, other)]
    return np.stack(features).astype(np.float32)


NEIGHBORHOOD = (0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)
"""For each feature, whether more of it can only speak for a match (1)."""


def support(table: PairTable, scores: np.ndarray) -> np.ndarray:
    """How much a pair's common neighbours speak for it: the sum of s_ik s_kj over all k.

    Args:
      table: p pairs.
      scores: [p] floats in 0..1, the same in both directions.

    Returns:
      [p] float64.
    """
    from shopee_tf.matching.support_kernels import common_neighbors

    starts = np.searchsorted(table.query, np.arange(len(table.rows) + 1))
    scores = np.ascontiguousarray(scores, np.float64)
    sums = np.zeros(len(scores))

    def fill(first: int) -> None:
        last = min(first + _ROWS, len(table.rows))
        common_neighbors(starts, table.other, scores, first, last, sums)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, len(table.rows), _ROWS)))
    return sums


def title_facts(table: PairTable, titles: Sequence[str]) -> np.ndarray:
    """What two titles say against each other, and how much they say at all.

    Args:
      table: p pairs.
      titles: [n] texts of the whole catalogue.

    Returns:
      [3, p] float32: 1 where they name other sizes or model codes, 1 where other counts of
      pieces, and the number of characters of the shorter one.
    """
    first, second = table.rows[table.query], table.rows[table.other]
    conflicts = [
        pair_conflicts(titles, first, second, kinds=kinds) for kinds in (DEFAULT_KINDS, ("packs",))
    ]
    lengths = np.array([len(title) for title in titles])
    return np.stack([*conflicts, np.minimum(lengths[first], lengths[second])]).astype(np.float32)


FACTS = (-1, 0, 0)
"""For each fact, whether it can only speak against a match (-1)."""
