"""The variant guard: near-duplicates that differ in a size, a count or a model are not matches."""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.variants import parse_variants
from shopee_tf.matching.affinity import sorted_neighbors
from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.matching.variant_conflicts import DEFAULT_KINDS, VariantTable
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError

# Every blend of a catalogue asks about the same titles, and reading them is most of the work.
_parse = functools.lru_cache(maxsize=1 << 17)(parse_variants)

PENALTIES = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, np.inf)
"""Penalties to choose from, in cosines."""


class FittedPenalty(NamedTuple):
    """A penalty, with the threshold that suits it and the mean F1 they gave where fitted."""

    penalty: float
    threshold: float
    f1: float


def guard(
    neighbors: Neighbors,
    titles: Sequence[str],
    *,
    penalty: float,
    kinds: Sequence[str] = DEFAULT_KINDS,
) -> Neighbors:
    """Lowers the similarity of neighbours whose titles name another variant, and sorts again.

    Args:
      neighbors: of any system.
      titles: [n] texts of the whole catalogue.
      penalty: taken from the similarity of conflicting pairs, in its units; infinity is a veto:
        such a neighbour is dropped.
      kinds: what titles may differ in, of `variant_conflicts.KINDS`.

    Raises:
      UsageError: the penalty is negative or NaN, or no such kind.

    Example:
      >>> found = Neighbors(*map(np.array, ([0], [[0, 1, 2]], [[1.0, 0.9, 0.8]])))
      >>> titles = ["Serum 20 ml", "Serum 30ml", "Serum 0,02 liter"]
      >>> guard(found, titles, penalty=np.inf).neighbors.tolist()
      [[0, 2, -1]]
    """
    return _lowered(neighbors, _conflicts(neighbors, titles, kinds), penalty)


def fit_penalty(
    neighbors: Neighbors,
    labels: np.ndarray,
    titles: Sequence[str],
    *,
    candidates: np.ndarray | None = None,
    penalties: Sequence[float] = PENALTIES,
    kinds: Sequence[str] = DEFAULT_KINDS,
) -> FittedPenalty:
    """Finds the penalty with the best mean F1 at its best threshold; among equals, the smallest.

    Args:
      neighbors: of any system.
      labels: [n] integer classes of the whole catalogue.
      titles: [n] texts.
      candidates: [c] rows that could be found; `neighbors.rows` where not given.
      penalties: to choose from, ascending, in the units of the similarity.
      kinds: what titles may differ in.
    """
    conflicts = _conflicts(neighbors, titles, kinds)
    fits = []
    for penalty in penalties:
        lowered = _lowered(neighbors, conflicts, penalty)
        fits.append(FittedPenalty(penalty, *fit_threshold(lowered, labels, candidates=candidates)))
    return max(fits, key=lambda fit: fit.f1)


def pair_conflicts(
    titles: Sequence[str], first: np.ndarray, second: np.ndarray, *, kinds: Sequence[str]
) -> np.ndarray:
    """Which pairs of rows name different variants.

    Args:
      titles: [n] texts of the whole catalogue.
      first: [p] rows, -1 for none, which is in conflict with nothing.
      second: [p] rows.
      kinds: what titles may differ in.

    Returns:
      [p] bool.
    """
    used, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    variants = [_parse(titles[row] if row >= 0 else "") for row in used]
    return VariantTable(variants, kinds=kinds).conflicts(*np.split(place, 2))


def _conflicts(neighbors: Neighbors, titles: Sequence[str], kinds: Sequence[str]) -> np.ndarray:
    """Which neighbours name another variant than their query, [m, k] bool."""
    shape = neighbors.neighbors.shape
    query = np.repeat(neighbors.rows, shape[1])
    return pair_conflicts(titles, query, neighbors.neighbors.ravel(), kinds=kinds).reshape(shape)


def _lowered(neighbors: Neighbors, conflicts: np.ndarray, penalty: float) -> Neighbors:
    if not penalty >= 0:
        raise UsageError(f"the penalty of a variant must be at least 0, received {penalty}")
    conflicts = conflicts.copy()
    conflicts[:, 0] = False  # the row itself
    similarities = neighbors.similarities.copy()
    similarities[conflicts] -= np.float32(penalty)
    return sorted_neighbors(neighbors, similarities)
