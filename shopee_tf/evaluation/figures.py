"""Every figure of one system on one set of listings."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.bootstrap import bootstrap_interval
from shopee_tf.evaluation.slices import slice_scores
from shopee_tf.metrics import Matches, bcubed, mean_average_precision, pair_agreement, score_rows


def measure(
    matches: Matches,
    ranked: Matches,
    catalog: Catalog,
    *,
    candidates: np.ndarray,
    by: Sequence[str] = (),
) -> dict[str, Any]:
    """Scores matches, and the ranking that they were taken from.

    Args:
      matches: of the listings that are scored.
      ranked: for the same listings what was found, the most similar first, whatever a threshold.
      catalog: labelled.
      candidates: [c] rows that could be found.
      by: of `slices.SLICES`.

    Returns:
      Those fields of a `scoring.Result` that are figures, by name.
    """
    labels = catalog.labels
    scores = score_rows(matches, labels, candidates=candidates)
    pairs = pair_agreement(matches, labels, candidates=candidates)
    return {
        "f1": float(scores.f1.mean()),
        "f1_interval": bootstrap_interval(scores.f1, labels[scores.rows]),
        "precision": float(scores.precision.mean()),
        "recall": float(scores.recall.mean()),
        "mean_average_precision": mean_average_precision(ranked, labels, candidates=candidates),
        "pair_precision": pairs.precision,
        "pair_recall": pairs.recall,
        "pair_f1": pairs.f1,
        "bcubed_f1": bcubed(matches, labels, candidates=candidates).f1,
        "num_queries": len(scores.rows),
        "num_candidates": len(candidates),
        "slices": slice_scores(scores, catalog, by=by, candidates=candidates),
    }
