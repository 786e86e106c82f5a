"""The cosine of given pairs of rows, the very number that a search would give."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse

from shopee_tf.retrieval import sparse as sparse_search
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.spaces import CosineSpace, unit_rows

_ROWS = 1024  # of a thread in one go


class PairCosines:
    """Vectors normalised once, for pairs to be compared again and again.

    Args:
      embeddings: n vectors, dense or sparse.
    """

    def __init__(self, embeddings: Embeddings):
        self.rows = embeddings.rows
        self._sparse = sparse.issparse(embeddings.vectors)
        normalise = sparse_search.unit_rows if self._sparse else unit_rows
        self.units, _ = normalise(embeddings.vectors)

    def __call__(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Compares each row with its own candidates.

        Args:
          rows: [m] int32.
          others: [m, c] int32, -1 where there is none.

        Returns:
          [m, c] float32, 0 where either has no vector or a zero one.
        """
        row, known_row = self._positions(rows)
        other, known = self._positions(others)
        known &= known_row[:, None]
        compare = self._compare_sparse if self._sparse else CosineSpace(self.units).pair_scores
        return np.where(known, CosineSpace.similarity(compare(row, other)), np.float32(0.0))

    def _positions(self, rows):
        position = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return position, self.rows[position] == rows

    def _compare_sparse(self, row, other):
        from shopee_tf.retrieval.pair_kernels import sparse_dots

        units, scores = self.units, np.empty(other.shape)

        def compare(start: int) -> None:
            part = slice(start, start + _ROWS)
            sparse_dots(
                units.indptr, units.indices, units.data, units.shape[1],
                row[part], other[part], scores[part],
            )  # fmt: skip

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(compare, range(0, len(row), _ROWS)))
        return scores
