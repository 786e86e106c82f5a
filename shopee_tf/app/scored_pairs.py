"""The pairs that a matcher looked at, each with the one number that a line is drawn on."""

from typing import NamedTuple

import numpy as np

from shopee_tf.matching.pairs import Pairs
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.systems import Decision, PairDecision, Part, judge
from shopee_tf.systems.grammar import BITS_PER_COSINE, is_hash


class ScoredPairs(NamedTuple):
    """Pairs of a query and a listing found for it, by query, the highest score first."""

    rows: np.ndarray  # [m] int32, the queries
    query: np.ndarray  # [p] int64, places in `rows`, ascending
    other: np.ndarray  # [p] int32, rows
    score: np.ndarray  # [p] float64
    line: float  # pairs of this score or more are matches
    name: str  # of the score, for people


def score_pairs(decision: Decision | PairDecision, part: Part, *, whole: Part) -> ScoredPairs:
    """Gives each pair its probability or, of a union of thresholds, how far it is over the line.

    A union takes what any blend takes. So its score is the most by which the similarity is over a
    threshold, in cosines (32 bits of a hash are as a cosine of 1, Euclidean distances as they are),
    and its line is 0. A row has at most 49 pairs, as it has matches.

    Args:
      decision: of the matcher.
      part: all of the catalogue.
      whole: the same, searched by hashes beyond the threshold too.
    """
    if isinstance(decision, Decision):
        rows, query, other, score = _margins(decision, part, whole)
        line, name = 0.0, "similarity above the threshold"
    else:
        rows, query, other, score = judge(decision, part)
        line, name = decision.threshold, "probability"
    order = np.lexsort((other, -score, query))
    query, other, score = query[order], other[order], score[order].astype(np.float64)
    rank = np.arange(len(query)) - np.searchsorted(query, query)
    kept = rank < MAX_MATCHES - 1
    return ScoredPairs(rows, query[kept], other[kept], score[kept], line, name)


def as_pairs(scored: ScoredPairs, labels: np.ndarray) -> Pairs:
    """The same pairs for `matching.pairs.sweep`, with the truth."""
    hit = labels[scored.other] == labels[scored.rows[scored.query]]
    return Pairs(scored.query, scored.score, hit)


def _margins(decision, part, whole):
    size = len(part.source.catalog)
    keys, margins = [], []
    union, weights, penalties, thresholds, refinements = decision
    for blend, *fitted, threshold in zip(union.blends, weights, penalties, thresholds, strict=True):
        if not np.isfinite(threshold):  # takes nothing, wherever the line is
            continue
        searched = whole if is_hash(blend) else part
        found = searched.refined(blend, *fitted, refinements)
        line, column = np.nonzero(found.neighbors[:, 1:] >= 0)
        scale = BITS_PER_COSINE if is_hash(blend) else 1.0
        keys.append(line.astype(np.int64) * size + found.neighbors[line, column + 1])
        margins.append((found.similarities[line, column + 1] - threshold) / scale)
    if not keys:
        keys, margins = [np.zeros(0, np.int64)], [np.zeros(0)]
    joined, place = np.unique(np.concatenate(keys), return_inverse=True)
    best = np.full(len(joined), -np.inf)
    np.maximum.at(best, place, np.concatenate(margins).astype(np.float64))
    query, other = np.divmod(joined, size)
    seen = np.isfinite(best)  # other variants that are vetoed have no similarity
    return part.queries, query[seen], other[seen].astype(np.int32), best[seen]
