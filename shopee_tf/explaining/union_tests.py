"""What each blend of a union says of a pair."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from shopee_tf.explaining.standing import OpenSystem, rank_of, similarity_of
from shopee_tf.explaining.verdicts import BlendTest
from shopee_tf.matching.variant_conflicts import DEFAULT_KINDS
from shopee_tf.matching.variant_guard import pair_conflicts
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems import Decision, Part, System, Union, find_neighbors
from shopee_tf.systems.grammar import Blend, is_euclidean, is_hash, rename, short_names
from shopee_tf.systems.views import HashView


class _OpenBlend(NamedTuple):
    name: str
    kind: str  # "distance", "cosine" or "sum"
    systems: tuple[OpenSystem, ...]
    weights: tuple[float, ...]
    penalty: float
    threshold: float
    refined: bool  # its neighbours were judged anew after the search; distances never are
    found: Neighbors  # as the threshold sees them: other variants lowered, and refined


class OpenUnion(NamedTuple):
    """A union with all that its blends found in a catalogue."""

    blends: tuple[_OpenBlend, ...]
    titles: np.ndarray  # [n] of the catalogue

    def tests(self, row: int, other: int) -> tuple[BlendTest, ...]:
        """What each blend says of `other` as a match of `row`."""
        pair = np.array([row]), np.array([other])
        (conflict,) = pair_conflicts(self.titles, *pair, kinds=DEFAULT_KINDS)
        return tuple(_test(blend, row, other, bool(conflict)) for blend in self.blends)


def open_union(
    decision: Decision, part: Part, *, systems: Mapping[System, OpenSystem]
) -> OpenUnion:
    """Opens the blends of a union, of systems that are open already."""
    union = decision.union
    named = rename(union, short_names(union.names))
    fields = (
        union.blends, named.blends, decision.weights, decision.penalties, decision.thresholds,
        find_neighbors(decision, part),
    )  # fmt: skip
    blends = tuple(
        _OpenBlend(
            _sum(name, weights), _kind(blend), tuple(systems[one] for one in blend.systems),
            weights, penalty, threshold,
            bool(decision.refinements) and _kind(blend) != "distance", found,
        )
        for blend, name, weights, penalty, threshold, found in zip(*fields, strict=True)
    )  # fmt: skip
    return OpenUnion(blends, part.source.catalog.titles)


def _test(blend: _OpenBlend, row: int, other: int, conflict: bool) -> BlendTest:
    rank = rank_of(blend.found, row, other)
    lowered = blend.penalty if conflict else 0.0
    vetoed = bool(np.isinf(lowered))
    penalty = 0.0 if vetoed else float(lowered)
    if rank is None:
        similarity = _similarity(blend, row, other)
    else:
        line = np.searchsorted(blend.found.rows, row)
        similarity = float(blend.found.similarities[line, rank]) + penalty
    threshold = None if np.isposinf(blend.threshold) else blend.threshold
    passed = rank is not None and similarity - penalty >= blend.threshold
    return BlendTest(
        blend.name, blend.kind, similarity, penalty, vetoed, blend.refined, threshold,
        rank is not None, passed,
    )  # fmt: skip


def _similarity(blend: _OpenBlend, row: int, other: int) -> float | None:
    """Of a pair that the blend did not find, in its own units."""
    values = [similarity_of(system.view, row, other) for system in blend.systems]
    if len(values) == 1:
        return values[0]
    if all(value is None for value in values):
        return None
    # A sum takes hashes as cosines, and what a system does not know as 0.
    cosines = [
        0.0 if value is None else 1 + value / 32 if isinstance(system.view, HashView) else value
        for system, value in zip(blend.systems, values, strict=True)
    ]
    return float(np.dot(blend.weights, cosines))


def _kind(blend: Blend) -> str:
    if is_hash(blend) or is_euclidean(blend):
        return "distance"
    return "cosine" if len(blend.systems) == 1 else "sum"


def _sum(blend: Blend, weights: tuple[float, ...]) -> str:
    if len(weights) == 1:
        return str(Union((blend,)))
    pairs = zip(blend.systems, weights, strict=True)
    return " + ".join(f"{weight:.2f} {system}" for system, weight in pairs if weight > 0)
