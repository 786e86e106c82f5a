"""The cosine of given pairs of rows, the very number that a search would give."""

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.spaces import CosineSpace, round_to_grid, unit_rows

_PAIRS = 1 << 16  # of sparse rows compared in one go, some 100 MiB


class PairCosines:
    """Vectors normalised once, for pairs to be compared again and again.

    Args:
      embeddings: n vectors, dense or sparse.
    """

    def __init__(self, embeddings: Embeddings):
        self.rows = embeddings.rows
        self._sparse = sparse.issparse(embeddings.vectors)
        normalise = unit_csr if self._sparse else unit_rows
        self.units, self.nonzero = normalise(embeddings.vectors)

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
        scores = np.empty(other.shape)
        step = max(1, _PAIRS // other.shape[1])
        for start in range(0, len(row), step):
            block = slice(start, start + step)
            left = self.units[np.repeat(row[block], other.shape[1])]
            product = left.multiply(self.units[other[block].ravel()])
            scores[block] = np.asarray(product.sum(axis=1)).reshape(-1, other.shape[1])
        return scores


def unit_csr(vectors: sparse.csr_matrix) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Divides sparse vectors by their norms, on the grid of `spaces.unit_rows`.

    Returns:
      units [n, dim] float64 csr, and which vectors are not zero, [n] bool.
    """
    units = vectors.tocsr().astype(np.float64, copy=True)
    units.sum_duplicates()
    norms = np.sqrt(np.asarray(units.multiply(units).sum(axis=1)).ravel())
    units.data /= np.repeat(np.where(norms > 0, norms, 1.0), np.diff(units.indptr))
    units.data = round_to_grid(units.data).astype(np.float64)
    units.eliminate_zeros()
    return units, norms > 0
