"""Pairs of listings: which of all that are claimed are true, and which of all true are claimed."""

from collections.abc import Mapping, Sequence

import numpy as np

from shopee_tf.metrics.agreement import Agreement, agreement
from shopee_tf.metrics.flat_matches import flatten


def pair_agreement(
    matches: Mapping[int, Sequence[int]],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
) -> Agreement:
    """Scores undirected pairs, all of the catalogue at once.

    A pair of two listings is claimed where either lists the other, and true where they show one
    product. Every pair counts once: a product of n listings has n (n - 1) / 2 of them, so large
    products weigh far more than in the mean over rows. Where nothing is claimed the precision is
    1, where nothing is true the recall.

    Args:
      matches: row -> the rows predicted for it; pairs with at least one of these rows are scored.
      labels: [n] integer classes of the whole catalogue.
      candidates: [c] rows that could be found, all rows of `matches` among them; these where not
        given.

    Raises:
      ValueError: there are no rows.

    Example:
      >>> pair_agreement({0: [0, 1, 2], 1: [1], 2: [2, 0]}, np.array([7, 7, 8]))
      Agreement(precision=0.5, recall=1.0, f1=0.6666666666666666)
    """
    rows, query, other = flatten(matches)
    low, high = np.minimum(rows[query], other), np.maximum(rows[query], other)
    keys = np.sort(low * len(labels) + high)
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    hits = np.count_nonzero(labels[keys // len(labels)] == labels[keys % len(labels)])
    true = count_true_pairs(
        labels, rows=rows, candidates=rows if candidates is None else candidates
    )
    return agreement(hits / len(keys) if len(keys) else 1.0, hits / true if true else 1.0)


def count_true_pairs(labels: np.ndarray, *, rows: np.ndarray, candidates: np.ndarray) -> int:
    """Counts the pairs of one product of which at least one listing is among `rows`.

    Args:
      labels: [n] integer classes.
      rows: [m] rows that are asked about, all of them among `candidates`.
      candidates: [c] rows that could be found.

    Example:
      >>> rows = np.array([0, 1])
      >>> count_true_pairs(np.array([7, 7, 7]), rows=rows, candidates=np.arange(3))
      3
    """
    size = int(labels.max(initial=0)) + 1
    asked = np.bincount(labels[rows], minlength=size)
    found = np.bincount(labels[candidates], minlength=size)
    return int(np.sum(asked * (found - asked) + asked * (asked - 1) // 2))
