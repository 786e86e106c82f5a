"""The open set: some listings have no partner; how often is one made up for them?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import draw_products
from shopee_tf.metrics import group_sizes
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError

RECALLS = (0.5, 0.7, 0.8, 0.9)


class FalseMatches(NamedTuple):
    """What the recall of true pairs costs the rows without a partner; one entry a recall."""

    recalls: np.ndarray  # [r] float64, the least share of the true pairs that is found
    thresholds: np.ndarray  # [r] float64, the highest that finds them; NaN where none does
    rates: np.ndarray  # [r] float64, share of the partnerless rows given a match; NaN likewise


def remove_partners(
    labels: np.ndarray, rows: np.ndarray, *, share: float = 0.3, seed: int = 0
) -> np.ndarray:
    """Thins products to one listing each, so that it has no partner left.

    Whole products are drawn until they hold about `share` of the rows; of each a row is drawn that
    stays. All other products stay whole.

    Args:
      labels: [n] integer products of the whole catalogue.
      rows: [m] int32, ascending, the rows to thin.
      share: of the rows that stand in thinned products, above 0 and at most 1.
      seed: of both draws.

    Returns:
      The rows that stay, ascending.

    Raises:
      UsageError: `share` is not above 0 and at most 1.

    Example:
      >>> remove_partners(np.array([5, 5, 5, 8, 8]), np.arange(5), share=0.6, seed=0).tolist()
      [0, 3, 4]
    """
    if not 0 < share <= 1:
        raise UsageError(f"share: expected above 0 and at most 1, received {share}")
    drawn = draw_products(labels[rows], limit=round(share * len(rows)), seed=seed)
    shuffled = np.random.default_rng(seed + 1).permutation(drawn)
    stays = shuffled[np.unique(labels[rows][shuffled], return_index=True)[1]]
    return rows[np.setdiff1d(np.arange(len(rows)), np.setdiff1d(drawn, stays))]


def partnerless(labels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Tells which of the rows have no other row of their product among them: [m] bool."""
    return group_sizes(labels, rows)[rows] == 1


def false_matches(
    neighbors: Neighbors, labels: np.ndarray, *, recalls: Sequence[float] = RECALLS
) -> FalseMatches:
    """Computes how many partnerless rows get a match where a share of the true pairs is found.

    A line on the score of a pair accepts pairs; for each recall it is drawn as high as finds that
    share. A true pair counts once for each of its two rows, as each row looks for the other.

    Args:
      neighbors: [m, k] of any score; the m rows are all that could be found.
      labels: [n] integer products of the whole catalogue.
      recalls: shares of the true pairs, each above 0 and at most 1.

    Raises:
      UsageError: no true pair, no row without a partner, or a recall out of bounds.

    Example:
      >>> found = Neighbors(*map(np.array, (
      ...     [0, 1, 2], [[0, 1], [1, 2], [2, 1]], [[1, 0.9], [1, 0.6], [1, 0.6]])))
      >>> false_matches(found, np.array([7, 7, 8]), recalls=[0.5, 1]).rates.tolist()
      [0.0, nan]
    """
    recalls = np.asarray(recalls, np.float64)
    if not ((recalls > 0) & (recalls <= 1)).all():
        raise UsageError(f"recalls: expected above 0 and at most 1, received {recalls.tolist()}")
    rows, others, scores = neighbors
    sizes = group_sizes(labels, rows)[rows]
    alone, total = sizes == 1, int((sizes - 1).sum())
    if not total or not alone.any():
        raise UsageError(
            f"expected true pairs and rows without a partner, received {total} and {alone.sum()}"
        )
    is_pair = (others >= 0) & (others != rows[:, None])
    hit = is_pair & (labels[others] == labels[rows][:, None])
    found = -np.sort(-scores[hit].astype(np.float64))
    best = np.where(is_pair, scores, -np.inf).max(axis=1)[alone]
    needed = np.ceil(recalls * total - 1e-9).astype(int)  # 0.55 of 20 is 11 in spite of rounding
    reached = needed <= len(found)
    thresholds = np.full(len(recalls), np.nan)
    thresholds[reached] = found[needed[reached] - 1]
    rates = np.where(reached, (best >= thresholds[:, None]).mean(axis=1), np.nan)
    return FalseMatches(recalls, thresholds, rates)
