"""Pairs of some queries with their probabilities, and what follows from these without a label."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.matching.expected_f1 import Sets, best_sets
from shopee_tf.matching.pair_features import PairTable
from shopee_tf.matching.pair_probabilities import PairProbabilities
from shopee_tf.matching.thresholds import MAX_MATCHES


class Judged(NamedTuple):
    """The pairs of a part's queries, by (query, falling probability)."""

    rows: np.ndarray  # [m] int32, the queries
    query: np.ndarray  # [p] int64, places in `rows`, ascending
    other: np.ndarray  # [p] int32, rows
    probability: np.ndarray  # [p] float64, above 0, for a catalogue of the part's size


def of_queries(table: PairTable, probabilities: np.ndarray, queries: np.ndarray) -> Judged:
    """Picks the pairs of `queries` ([m] int32, ascending) that have a chance at all."""
    place = np.full(len(table.rows), -1)
    place[np.searchsorted(table.rows, queries)] = np.arange(len(queries))
    query = place[table.query]
    kept = np.flatnonzero((query >= 0) & (probabilities > 0))
    kept = kept[np.lexsort((table.other[kept], -probabilities[kept], query[kept]))]
    return Judged(
        queries, query[kept], table.rows[table.other[kept]].astype(np.int32), probabilities[kept]
    )


def expected_sets(judged: Judged) -> Sets:
    """For each row the set of the highest expected F1, and what is to be expected without a label.

    The mean of `expected_f1` forecasts the F1 of these sets. `no_match` is the product of 1 - p
    over the candidates of a row. Two assumptions are in both: that a partner is always among the
    candidates, and that matches are independent of each other. They are not: the listings of a
    product match together, so the product is too small where several candidates are likely.
    Whatever the dependence, the true value lies between 1 - (the sum of p) and 1 - (the largest p)
    (Frechet 1935).
    """
    return best_sets(judged.query, judged.probability, num_rows=len(judged.rows), limit=MAX_MATCHES)


def as_graph(judged: Judged) -> sparse.csr_array:
    """The probability of each pair, [m, m] float64, where all rows searched are asked about.

    Symmetric to the last bit, as graphs must be to be cut: the mean of both directions, which
    rounding may have set apart.
    """
    rows, query, other, probability = judged
    starts = np.searchsorted(query, np.arange(len(rows) + 1))
    place = np.searchsorted(rows, other)
    graph = sparse.csr_array((probability, place, starts), shape=(len(rows), len(rows)))
    graph = (graph + graph.T) / 2
    graph.sort_indices()
    return graph


def as_probabilities(judged: Judged) -> PairProbabilities:
    """The same pairs as a table of a line a row."""
    rows, query, other, probability = judged
    counts = np.bincount(query, minlength=len(rows))
    shape = len(rows), int(counts.max(initial=0))
    place = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts)
    others, values = np.full(shape, -1, np.int32), np.zeros(shape, np.float32)
    others[query, place], values[query, place] = other, probability
    return PairProbabilities(rows, others, values)
