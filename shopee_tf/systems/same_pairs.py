"""The pairs that a decision is surest of."""

import numpy as np

from shopee_tf.matching.offers import SamePairs
from shopee_tf.matching.variant_conflicts import KINDS
from shopee_tf.matching.variant_guard import pair_conflicts
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems.decision import Decision, find_neighbors
from shopee_tf.systems.pair_decision import PairDecision, judge
from shopee_tf.systems.part import Part


def same_pairs(decision: Decision | PairDecision, part: Part, *, confidence: float) -> SamePairs:
    """Finds the pairs of a part's queries that are one product with confidence.

    Args:
      decision: by probabilities: pairs of at least `confidence`. A union tells no probabilities:
        pairs that each of its blends takes (but those that take nothing), unless the titles name
        other sizes, models or counts.
      part: of the catalogue.
      confidence: a probability.
    """
    if isinstance(decision, PairDecision):
        judged = judge(decision, part)
        sure = judged.probability >= confidence
        return SamePairs(
            judged.rows[judged.query[sure]], judged.other[sure], judged.probability[sure]
        )
    size = len(part.source.catalog)
    keys = None
    for found, threshold in zip(find_neighbors(decision, part), decision.thresholds, strict=True):
        if np.isfinite(threshold):
            taken = _keys(found, threshold, size)
            keys = taken if keys is None else np.intersect1d(keys, taken)
    rows, others = np.divmod(np.zeros(0, np.int64) if keys is None else keys, size)
    same = ~pair_conflicts(part.source.catalog.titles, rows, others, kinds=KINDS)
    return SamePairs(rows[same].astype(np.int32), others[same].astype(np.int32), None)


def _keys(found: Neighbors, threshold: float, size: int) -> np.ndarray:
    """The pairs at or over a line, as row * size + other, ascending."""
    over = (found.similarities[:, 1:] >= threshold) & (found.neighbors[:, 1:] >= 0)
    query, column = np.nonzero(over)
    return np.unique(found.rows[query].astype(np.int64) * size + found.neighbors[query, column + 1])
