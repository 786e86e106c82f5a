"""Sweeps a threshold over pairs of a query and a neighbour, exactly."""

from typing import NamedTuple

import numpy as np


class Pairs(NamedTuple):
    """Pairs that a threshold may accept."""

    query: np.ndarray  # [p] int, position of the query among the rows scored
    similarity: np.ndarray  # [p] float
    hit: np.ndarray  # [p] bool, both listings show the same product


def sweep(
    pairs: Pairs, *, predicted: np.ndarray, correct: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Computes the mean F1 at every threshold on `pairs`.

    Each accepted pair changes the F1 of its query alone, so the sum of these changes in the order
    of falling similarity is the whole curve: one sort instead of a pass for each threshold.

    Args:
      pairs: the pairs not yet accepted.
      predicted: [m] matches that each query has already.
      correct: [m] how many of these are right.
      truth: [m] size of each query's product among the candidates.

    Returns:
      thresholds [t] float64, descending, midway between neighbouring similarities, and the mean
      F1 [t] at each. The first is infinite and accepts no pair.
    """
    before = 2 * correct / (truth + predicted)
    if not len(pairs.query):
        return np.array([np.inf]), np.array([before.mean()])
    similarity, gain = _gains(pairs, before, predicted, correct, truth)
    order = np.argsort(-similarity, kind="stable")
    similarity, gain = similarity[order], gain[order]
    last_of_run = np.append(similarity[1:] != similarity[:-1], True)
    f1 = before.mean() + np.cumsum(gain)[last_of_run] / len(truth)
    values = similarity[last_of_run].astype(np.float64)
    below = np.append(values[1:], values[-1] - 1.0)
    thresholds = np.append(np.inf, (values + below) / 2)
    return thresholds, np.append(before.mean(), f1)


def _gains(pairs, before, predicted, correct, truth):
    """Orders the pairs by query, best first, and gives the change of F1 that each brings."""
    query, similarity, hit = _by_query(pairs)
    starts = np.searchsorted(query, query)
    hits = np.cumsum(hit)
    earlier_hits = np.append(0, hits)[starts]
    rank = np.arange(1, len(query) + 1) - starts
    after = 2 * (correct[query] + hits - earlier_hits) / (truth[query] + predicted[query] + rank)
    previous = np.where(rank == 1, before[query], np.append(0.0, after[:-1]))
    return similarity, after - previous


def _by_query(pairs):
    """Orders the pairs by query, best first; those of `Neighbors` stand so already."""
    query, similarity, _ = pairs
    same = query[1:] == query[:-1]
    if np.all((query[1:] > query[:-1]) | (same & (similarity[1:] <= similarity[:-1]))):
        return pairs
    order = np.lexsort((-similarity, query))
    return Pairs(query[order], similarity[order], pairs.hit[order])
