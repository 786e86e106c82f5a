"""The listings of one search: some are asked about, all of them can be found."""

import numpy as np

from shopee_tf.matching.blending import Candidates, blend, candidates_of, fit_weights
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems.grammar import Blend, System
from shopee_tf.systems.source import Source


class Part:
    """Queries and candidates of a source, and what every system found among them.

    Each system searches once, however many ensembles it is a member of.

    Args:
      source: the catalogue.
      candidates: [c] int32 rows to search, ascending; all queries are among them.
      queries: [m] int32 rows, ascending.
      k: neighbours of each row, itself counted.
    """

    def __init__(self, source: Source, *, candidates: np.ndarray, queries: np.ndarray, k: int = 50):
        self.source = source
        self.candidates = candidates
        self.queries = queries
        self.k = min(k, len(candidates))
        self._views = {}
        self._found: dict[System, Neighbors] = {}
        self._weights: dict[Blend, tuple[float, ...]] = {}
        self._blended: dict[tuple, Neighbors] = {}

    def neighbors(self, system: System) -> Neighbors:
        """The neighbours that one system finds: [m, k]."""
        if system not in self._found:
            self._found[system] = self._view(system).neighbors(self.queries, k=self.k)
        return self._found[system]

    def compare(self, of: Blend) -> Candidates:
        """What any system of a blend finds, with its similarity in the eyes of each."""
        rows, others = candidates_of([self.neighbors(system) for system in of.systems])
        views = map(self._view, of.systems)
        similarities = np.stack([view.similarities(rows, others) for view in views])
        return Candidates(rows, others, similarities)

    def fit_weights(self, of: Blend) -> tuple[float, ...]:
        """The best weights of a blend by the labels of the queries; see `matching.blending`."""
        if len(of.systems) == 1:
            return (1.0,)
        if of not in self._weights:
            candidates, labels = self.compare(of), self.source.catalog.labels
            weights = fit_weights(candidates, labels, searched=self.candidates)
            self._weights[of] = weights
            # Wanted next, and comparing takes longer than all the rest.
            self._blended[of, weights] = blend(candidates, weights, k=self.k)
        return self._weights[of]

    def blended(self, of: Blend, weights: tuple[float, ...]) -> Neighbors:
        """The neighbours by the weighted sum of similarities; of one system, its own."""
        if len(of.systems) == 1:
            return self.neighbors(of.systems[0])
        if (of, weights) not in self._blended:
            self._blended[of, weights] = blend(self.compare(of), weights, k=self.k)
        return self._blended[of, weights]

    def _view(self, system):
        if system not in self._views:
            self._views[system] = self.source.view(system, self.candidates)
        return self._views[system]
