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

    recalls: np.ndarray  # [r] float64, the least recall
    thresholds: np.ndarray  # [r] float64, the highest that has it; NaN where none does
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
    neighbors: Neighbors,
    labels: np.ndarray,
    *,
    recalls: Sequence[float] = RECALLS,
    of: str = "pairs",
) -> FalseMatches:
    """Computes how many partnerless rows get a match where a share of the true pairs is found.

    A line on the score of a pair accepts pairs; for each recall it is drawn as high as finds that
    share. A true pair counts once for each of its two rows, as each row looks for the other. Large
    products have most of the pairs; by the recall of rows, which is the mean over the rows with a
    partner of the share that each has found, every row counts alike.

    Args:
      neighbors: [m, k] of any score; the m rows are all that could be found.
      labels: [n] integer products of the whole catalogue.
      recalls: each above 0 and at most 1.
      of: whose recall, "pairs" or "rows".

    Raises:
      UsageError: no true pair, no row without a partner, a recall out of bounds, or recall of
        something else.

    Example:
      >>> found = Neighbors(*map(np.array, (
      ...     [0, 1, 2], [[0, 1], [1, 2], [2, 1]], [[1, 0.9], [1, 0.6], [1, 0.6]])))
      >>> false_matches(found, np.array([7, 7, 8]), recalls=[0.5, 1]).rates.tolist()
      [0.0, nan]
    """
    recalls = np.asarray(recalls, np.float64)
    if not ((recalls > 0) & (recalls <= 1)).all():
        raise UsageError(f"recalls: expected above 0 and at most 1, received {recalls.tolist()}")
    if of not in ("pairs", "rows"):
        raise UsageError(f"of is pairs or rows; received {of!r}")
    rows, others, scores = neighbors
    partners = group_sizes(labels, rows)[rows] - 1
    alone = partners == 0
    if alone.all() or not alone.any():
        raise UsageError(
            f"expected rows with and without a partner; {alone.sum()} of {len(rows)} have none"
        )
    is_pair = (others >= 0) & (others != rows[:, None])
    query, column = np.nonzero(is_pair & (labels[others] == labels[rows][:, None]))
    order = np.argsort(-scores[query, column], kind="stable")
    worth = np.ones(len(query)) if of == "pairs" else 1 / partners[query]
    whole = partners.sum() if of == "pairs" else len(rows) - alone.sum()
    # 11 of 20 pairs are 0.55 of them, in spite of rounding.
    needed = np.searchsorted(np.cumsum(worth[order]), recalls * whole - 1e-9)
    line = np.append(scores[query, column][order].astype(np.float64), np.nan)
    thresholds = line[np.minimum(needed, len(order))]
    best = np.where(is_pair, scores, -np.inf).max(axis=1)[alone]
    rates = (best >= thresholds[:, None]).mean(axis=1)
    return FalseMatches(recalls, thresholds, np.where(np.isnan(thresholds), np.nan, rates))
