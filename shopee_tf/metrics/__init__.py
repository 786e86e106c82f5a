"""How well matches agree with the truth: pure functions on match sets and on groups."""

from shopee_tf.metrics.agreement import Agreement
from shopee_tf.metrics.average_precision import mean_average_precision
from shopee_tf.metrics.bcubed import bcubed, bcubed_groups
from shopee_tf.metrics.overlap import group_f1
from shopee_tf.metrics.pair_scores import pair_agreement
from shopee_tf.metrics.row_scores import (
    Matches,
    RowScores,
    group_sizes,
    row_f1,
    score_rows,
    strict_f1,
)

__all__ = [
    "Agreement", "Matches", "RowScores", "bcubed", "bcubed_groups", "group_f1", "group_sizes",
    "mean_average_precision", "pair_agreement", "row_f1", "score_rows", "strict_f1",
]  # fmt: skip
