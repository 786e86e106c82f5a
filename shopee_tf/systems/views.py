"""How one system sees some listings: which are alike, and how much any two of them are."""

import functools
from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from shopee_tf.progress import Progress
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.hamming import MAX_DISTANCE, hamming_neighbors, parse_hashes
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors, euclidean_neighbors
from shopee_tf.retrieval.pair_cosines import PairCosines
from shopee_tf.systems.grammar import BITS_PER_COSINE
from tfrecords.errors import UsageError


class EmbeddingView:
    """Listings by the cosine of their embeddings.

    Args:
      embeddings: of the listings; those without one (an unreadable photo) match only themselves.
      progress: called with the queries done and the queries to do.
    """

    def __init__(self, embeddings: Embeddings, *, progress: Progress | None = None):
        self.embeddings = embeddings
        self.progress = progress
        self._compare: PairCosines | None = None

    def neighbors(self, queries: np.ndarray, *, k: int) -> Neighbors:
        """The `k` listings most similar to each of `queries` ([m] int32 rows, ascending)."""
        search = functools.partial(cosine_neighbors, self.embeddings, progress=self.progress)
        return _find(search, self.embeddings.rows, queries, k=k, own=1.0)

    def similarities(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """The cosine of `rows` [m] and each of their `others` [m, c]: [m, c], 0 where unknown."""
        if self._compare is None:
            self._compare = PairCosines(self.embeddings)
        return self._compare(rows, others)


class EuclideanView:
    """Listings by the distance of their embeddings, which stand as they are.

    Args:
      embeddings: of the listings; those without one (an unreadable photo) match only themselves.
      progress: called with the queries done and the queries to do.
    """

    def __init__(self, embeddings: Embeddings, *, progress: Progress | None = None):
        self.embeddings = embeddings
        self.progress = progress

    def neighbors(self, queries: np.ndarray, *, k: int) -> Neighbors:
        """The `k` listings nearest to each of `queries`, by minus the distance."""
        search = functools.partial(euclidean_neighbors, self.embeddings, progress=self.progress)
        return _find(search, self.embeddings.rows, queries, k=k, own=0.0)


class HashView:
    """Listings by the bits in which their hashes differ.

    Args:
      rows: [n] int32, ascending.
      hashes: n texts of 16 hex digits, "" for none.
      max_distance: listings that differ in more bits are not found.
      progress: called with the queries done and the queries to do.
    """

    def __init__(
        self,
        rows: np.ndarray,
        hashes: Sequence[str],
        *,
        max_distance: int = MAX_DISTANCE,
        progress: Progress | None = None,
    ):
        self.rows = rows
        self.hashes = hashes
        self.max_distance = max_distance
        self.progress = progress
        self._values, self._present = parse_hashes(hashes, rows)

    def neighbors(self, queries: np.ndarray, *, k: int) -> Neighbors:
        """The `k` listings most similar to each of `queries`, by minus the number of bits."""
        return hamming_neighbors(
            self.hashes, rows=self.rows, queries=queries, k=k, max_distance=self.max_distance,
            progress=self.progress,
        )  # fmt: skip

    def similarities(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """1 - 2 d / 64 for d different bits, the cosine of hashes as vectors of -1 and 1.

        Args:
          rows: [m] int32.
          others: [m, c] int32, -1 where there is none.

        Returns:
          [m, c] float32, 0 where either has no hash.
        """
        row, other = np.searchsorted(self.rows, rows), np.searchsorted(self.rows, others)
        distance = np.bitwise_count(self._values[row][:, None] ^ self._values[other])
        cosine = np.float32(1) - distance.astype(np.float32) / BITS_PER_COSINE
        known = self._present[row][:, None] & self._present[other] & (others >= 0)
        return np.where(known, cosine, np.float32(0))


def concatenate(views: Sequence[EmbeddingView]) -> EmbeddingView:
    """Joins normalised embeddings end to end, each system with the same weight.

    The cosine of what comes out is the sum of the members' cosines over sqrt(u v), where u of the
    members have a vector of one listing and v of the other: the mean where all have both. What a
    member lacks makes a listing less like all others.

    Raises:
      UsageError: some of the embeddings are sparse and some are dense.
    """
    kinds = {sparse.issparse(view.embeddings.vectors) for view in views}
    if len(kinds) > 1:
        raise UsageError("^ joins embeddings of trained runs and word vectors, or TF-IDF with "
                         "TF-IDF; join the one with the other by ~")  # fmt: skip
    rows = np.unique(np.concatenate([view.embeddings.rows for view in views]))
    stack = sparse.hstack if kinds.pop() else np.hstack
    joined = stack([_on_rows(PairCosines(view.embeddings), rows) for view in views])
    vectors = joined.tocsr() if sparse.issparse(joined) else joined
    return EmbeddingView(Embeddings(rows, vectors), progress=views[0].progress)


def _on_rows(unit: PairCosines, rows: np.ndarray):
    """The unit vectors of `rows`, zero where there is none."""
    place = np.searchsorted(rows, unit.rows)
    if sparse.issparse(unit.units):
        shape = (len(rows), len(place))
        spread = sparse.csr_matrix((np.ones(len(place)), (place, np.arange(len(place)))), shape)
        return spread @ unit.units
    vectors = np.zeros((len(rows), unit.units.shape[1]), np.float32)
    vectors[place] = unit.units
    return vectors


def _find(search: Callable, rows: np.ndarray, queries: np.ndarray, *, k: int, own: float):
    """Searches from the queries among `rows`, which have embeddings; the others stand alone."""
    found = search(queries=queries[np.isin(queries, rows)], k=min(k, len(rows)))
    return _with_lonely_rows(found, queries, own=own)


def _with_lonely_rows(found: Neighbors, queries: np.ndarray, *, own: float) -> Neighbors:
    """Adds the queries that have no embedding (an unreadable photo): each finds only itself."""
    m, k = len(queries), found.neighbors.shape[1]
    neighbors = np.full((m, k), -1, np.int32)
    similarities = np.full((m, k), -np.inf, np.float32)
    neighbors[:, 0] = queries
    similarities[:, 0] = own
    place = np.searchsorted(queries, found.rows)
    neighbors[place] = found.neighbors
    similarities[place] = found.similarities
    return Neighbors(np.asarray(queries, np.int32), neighbors, similarities)
