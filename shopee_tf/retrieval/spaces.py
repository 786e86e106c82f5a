"""Spaces: vectors prepared for one measure, with scores that no order of summation can change."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

_GRID = 2.0**26  # steps to 1 in the components of unit vectors
_CHUNK_BYTES = 1 << 22  # float64 work space of a thread; 16 MiB leave the cache: half as fast
_ROUNDOFF_32 = 2.0**-24
_ROUNDOFF_64 = 2.0**-53


def unit_rows(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divides each vector by its norm, and rounds it to a grid of 2**-26.

    Products of two grid points are multiples of 2**-52, and in the dot product of two unit vectors
    no partial sum reaches 2: float64 holds each of them exactly. So whoever computes the dot
    product, in whatever order, gets the same number. The grid moves a cosine by about 1e-8, less
    than float32 can tell near 1.

    Args:
      vectors: [n, dim] floats.

    Returns:
      units [n, dim] float32, and which vectors are not zero, [n] bool. Zero vectors stay zero.
    """
    units = np.empty(vectors.shape, np.float32)
    nonzero = np.empty(len(vectors), bool)
    for start in range(0, len(vectors), 4096):
        block = vectors[start : start + 4096].astype(np.float64)
        norms = np.sqrt((block * block).sum(axis=1))
        nonzero[start : start + 4096] = norms > 0
        block /= np.where(norms > 0, norms, 1.0)[:, None]
        units[start : start + 4096] = round_to_grid(block)
    return units, nonzero


def round_to_grid(units: np.ndarray) -> np.ndarray:
    """Rounds the components of unit vectors to multiples of 2**-26; float32 holds the result."""
    # Adding 0 turns -0 into 0, so that equal vectors are equal bytes.
    return (np.rint(units * _GRID) / _GRID + 0.0).astype(np.float32)


class CosineSpace:
    """Unit vectors; a score is the dot product, and so is the similarity.

    Args:
      points: [n, dim] float32, as `unit_rows` gives them, none of them zero.
    """

    measure = "cosine"

    def __init__(self, points: np.ndarray):
        self.points = points

    def pair_scores(self, queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Scores candidates [b, c] of queries [b]: [b, c] float64, exact."""

        def score(chunk: slice) -> np.ndarray:
            query = self.points[queries[chunk], :, None].astype(np.float64)
            return np.matmul(self.points[candidates[chunk]].astype(np.float64), query)[..., 0]

        return _in_chunks(score, queries, candidates.shape[1] * self.points.shape[1])

    def all_scores(self, queries: np.ndarray) -> np.ndarray:
        """Scores every point for queries [b]: [b, n] float64, exact."""
        query = self.points[queries].astype(np.float64)
        return _by_columns(lambda columns: query @ self.points[columns].astype(np.float64).T, self)

    def slack(self, queries: np.ndarray) -> float:
        """How far `all_scores` may be off."""
        return 0.0

    def rounding(self, queries: np.ndarray) -> float:
        """How far a dot product summed in float32, in any order, may be off."""
        return _rounding(self.points.shape[1], _ROUNDOFF_32)

    @staticmethod
    def similarity(scores: np.ndarray) -> np.ndarray:
        """The cosine, float32, in -1..1."""
        return np.clip(scores, -1.0, 1.0).astype(np.float32)


class EuclideanSpace:
    """Vectors as they are; a score is minus the square of the scaled distance.

    Args:
      vectors: [n, dim] float32.
    """

    measure = "euclidean"

    def __init__(self, vectors: np.ndarray):
        self.vectors = vectors
        # Distances do not depend on the origin; float32 search errs least around the mean. The
        # scale, a power of 2, keeps squares inside the range of float32, and costs no digit.
        self.mean = vectors.mean(axis=0, dtype=np.float64)
        norms = [np.sqrt((part * part).sum(axis=1)) for _, part in self._centred()]
        self.norms = np.concatenate(norms)
        self.scale = 2.0 ** -np.ceil(np.log2(self.norms.max() or 1.0))
        self.norms *= self.scale
        self.points = np.empty(vectors.shape, np.float32)
        for rows, part in self._centred():
            self.points[rows] = part * self.scale

    def _centred(self):
        for start in range(0, len(self.vectors), 4096):
            rows = slice(start, start + 4096)
            yield rows, self.vectors[rows] - self.mean

    def pair_scores(self, queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Scores candidates [b, c] of queries [b]: [b, c] float64, summed in one fixed order."""

        def score(chunk: slice) -> np.ndarray:
            difference = self.vectors[candidates[chunk]].astype(np.float64)
            difference -= self.vectors[queries[chunk], None, :]
            difference *= self.scale
            np.multiply(difference, difference, out=difference)
            return -difference.sum(axis=2)

        return _in_chunks(score, queries, candidates.shape[1] * self.points.shape[1])

    def all_scores(self, queries: np.ndarray) -> np.ndarray:
        """Scores every point for queries [b]: [b, n] float64, to within `slack`."""
        query = (self.vectors[queries] - self.mean) * self.scale

        def score(columns: slice) -> np.ndarray:
            scores = 2.0 * query @ ((self.vectors[columns] - self.mean) * self.scale).T
            scores -= self.norms[columns] ** 2
            return scores - self.norms[queries, None] ** 2

        return _by_columns(score, self)

    def slack(self, queries: np.ndarray) -> np.ndarray:
        """How far `all_scores` may be off, [b]."""
        return _rounding(self.points.shape[1], _ROUNDOFF_64) * self._reach(queries)

    def rounding(self, queries: np.ndarray) -> np.ndarray:
        """How far a squared distance computed in float32 from dot products may be off, [b]."""
        return _rounding(self.points.shape[1], _ROUNDOFF_32) * self._reach(queries)

    def _reach(self, queries: np.ndarray) -> np.ndarray:
        return (self.norms[queries] + self.norms.max()) ** 2

    def similarity(self, scores: np.ndarray) -> np.ndarray:
        """Minus the distance, float32, at most 0."""
        return (0.0 - np.sqrt(np.maximum(-scores, 0.0)) / self.scale).astype(np.float32)


def _rounding(dim: int, roundoff: float) -> float:
    # The classical bound, dim x roundoff, with room for the few operations around the sum.
    return (dim + 16) * roundoff * 1.1


def _in_chunks(score, queries: np.ndarray, width: int) -> np.ndarray:
    step = max(1, _CHUNK_BYTES // (8 * width))
    chunks = [slice(start, start + step) for start in range(0, len(queries), step)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(score, chunks)))


def _by_columns(score, space) -> np.ndarray:
    count = len(space.points)
    columns = [slice(start, start + 8192) for start in range(0, count, 8192)]
    return np.concatenate([score(part) for part in columns], axis=1)
