"""The listings of one search: some are asked about, all of them can be found."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from shopee_tf.matching.blending import Candidates, blend, candidates_of, fit_weights
from shopee_tf.matching.pair_features import pair_table, title_facts
from shopee_tf.matching.pair_fusion import Fusion, fuse
from shopee_tf.matching.pair_model import Evidence
from shopee_tf.matching.refinements import Step, refine
from shopee_tf.matching.variant_guard import PENALTIES, fit_penalty, guard
from shopee_tf.retrieval.hamming import MAX_DISTANCE
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems.grammar import BITS_PER_COSINE, Blend, System, is_euclidean, is_hash
from shopee_tf.systems.source import Source
from shopee_tf.systems.views import EmbeddingView, EuclideanView, HashView

REACH = 14
"""Bits in which hashes of a pair may differ that is looked at as a whole: of farther ones one in a
thousand is a match."""


class Part:
    """Queries and candidates of a source, and what every system found among them.

    Each system searches once, and weights and penalties are fitted once, however many ensembles
    they are parts of.

    Args:
      source: the catalogue.
      candidates: [c] int32 rows to search, ascending; all queries are among them.
      queries: [m] int32 rows, ascending.
      k: neighbours of each row, itself counted.
      max_distance: hashes that differ in more bits are not found.
    """

    def __init__(
        self,
        source: Source,
        *,
        candidates: np.ndarray,
        queries: np.ndarray,
        k: int = 50,
        max_distance: int = MAX_DISTANCE,
    ):
        self.source = source
        self.candidates = candidates
        self.queries = queries
        self.k = min(k, len(candidates))
        self.max_distance = max_distance
        self._kept: dict[Any, Any] = {}

    def neighbors(self, system: System) -> Neighbors:
        """The neighbours that one system finds: [m, k]."""
        return self._once(("neighbors", system), lambda: self._neighbors(system))

    def _neighbors(self, system):
        found = self.source.found.get(system)
        if found is None or len(self.candidates) < len(self.source.catalog):
            return self.view(system).neighbors(self.queries, k=self.k)
        similarities = found.similarities[self.queries]
        least = -self.max_distance if is_hash(system) else -np.inf
        return Neighbors(
            found.rows[self.queries],
            np.where(similarities < least, -1, found.neighbors[self.queries]),
            np.where(similarities < least, -np.inf, similarities),
        )

    def evidence(self, systems: Sequence[System]) -> Evidence:
        """All pairs that any of the systems finds, and what tells matches from strangers.

        Of every listing searched, asked about or not: neighbourhoods are of all of them.
        """
        everyone = self.everyone(max_distance=REACH)
        return everyone._once(("evidence", tuple(systems)), lambda: everyone._evidence(systems))

    def fused(self, fusion: Fusion, evidence: Evidence) -> np.ndarray:
        """The probability of each pair of `evidence`."""
        everyone = self.everyone(max_distance=REACH)
        return everyone.once_by("fused", fusion, lambda: fuse(fusion, evidence))

    def once_by(self, what: str, fusion: Fusion, make: Callable[[], Any]) -> Any:
        """What follows from a fusion, made again only where it is asked of another one."""
        kept, made = self._kept.get(what, (None, None))
        if kept is not fusion:
            made = make()
            self._kept[what] = fusion, made
        return made

    def _evidence(self, systems):
        table = pair_table(self.compare(Blend(tuple(systems))))
        return Evidence(table, title_facts(table, self.source.catalog.titles))

    def everyone(self, *, max_distance: int = MAX_DISTANCE) -> "Part":
        """The same listings searched, all of them asked about, hashes within that distance."""
        reach = min(max_distance, self.max_distance)
        if len(self.queries) == len(self.candidates) and reach == self.max_distance:
            return self
        return self._once(
            ("everyone", reach),
            lambda: Part(
                self.source, candidates=self.candidates, queries=self.candidates, k=self.k,
                max_distance=reach,
            ),
        )  # fmt: skip

    def compare(self, of: Blend) -> Candidates:
        """What any system of a blend finds, with its similarity in the eyes of each."""
        rows, others = candidates_of([self.neighbors(system) for system in of.systems])
        views = map(self.view, of.systems)
        similarities = np.stack([view.similarities(rows, others) for view in views])
        return Candidates(rows, others, similarities)

    def fit_weights(self, of: Blend) -> tuple[float, ...]:
        """The best weights of a blend by the labels of the queries; see `matching.blending`."""
        if len(of.systems) == 1:
            return (1.0,)
        return self._once(("weights", of), lambda: self._fit_weights(of))

    def _fit_weights(self, of):
        candidates, labels = self.compare(of), self.source.catalog.labels
        weights = fit_weights(candidates, labels, searched=self.candidates)
        # Wanted next, and comparing takes longer than all the rest.
        self._once(("blended", of, weights), lambda: blend(candidates, weights, k=self.k))
        return weights

    def blended(self, of: Blend, weights: tuple[float, ...]) -> Neighbors:
        """The neighbours by the weighted sum of similarities; of one system, its own."""
        if len(of.systems) == 1:
            return self.neighbors(of.systems[0])
        return self._once(
            ("blended", of, weights), lambda: blend(self.compare(of), weights, k=self.k)
        )

    def fit_penalty(self, of: Blend, weights: tuple[float, ...]) -> float:
        """The best penalty on other variants, by the labels of the queries; see `variant_guard`."""
        return self._once(("penalty", of, weights), lambda: self._fit_penalty(of, weights))

    def _fit_penalty(self, of, weights):
        catalog, found = self.source.catalog, self.blended(of, weights)
        scale = (
            BITS_PER_COSINE if is_hash(of) else _typical_distance(found) if is_euclidean(of) else 1
        )
        return fit_penalty(
            found, catalog.labels, catalog.titles,
            candidates=self.candidates, penalties=[scale * penalty for penalty in PENALTIES],
        ).penalty  # fmt: skip

    def guarded(self, of: Blend, weights: tuple[float, ...], penalty: float) -> Neighbors:
        """The neighbours of a blend, other variants lowered by a penalty."""
        if not penalty:
            return self.blended(of, weights)
        titles = self.source.catalog.titles
        return self._once(
            ("guarded", of, weights, penalty),
            lambda: guard(self.blended(of, weights), titles, penalty=penalty),
        )

    def refined(
        self, of: Blend, weights: tuple[float, ...], penalty: float, refinements: Sequence[Step]
    ) -> Neighbors:
        """The neighbours of a blend after what is done to those of all listings searched.

        Distances stay as they are: what refines is made for cosines.
        """
        if not refinements or is_hash(of) or is_euclidean(of):
            return self.guarded(of, weights, penalty)
        everyone = self.everyone()
        found = everyone.guarded(of, weights, penalty)
        for step in refinements:
            found = refine(step, found, photos=self.source.catalog.images)
        asked = np.isin(found.rows, self.queries)
        return Neighbors(*(field[asked] for field in found))

    def view(self, system: System) -> EmbeddingView | EuclideanView | HashView:
        """How one system sees the candidates."""
        return self._once(
            ("view", system),
            lambda: self.source.view(system, self.candidates, max_distance=self.max_distance),
        )

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


def _typical_distance(found: Neighbors) -> float:
    """The median distance of neighbours: like a cosine of 1 it spans what is told apart.

    1 where there are none, or where most are at distance 0: infinity times 0 is no penalty.
    """
    known = found.neighbors[:, 1:] >= 0
    return float(-np.median(found.similarities[:, 1:][known]) or 1.0) if known.any() else 1.0
