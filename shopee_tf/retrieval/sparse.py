"""Exact cosine search among sparse vectors, by blocked sparse products."""

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.ranking import Groups, Scored, join_scored
from shopee_tf.retrieval.spaces import CosineSpace, round_to_grid

_CELLS = 1 << 24  # of the largest product held at a time, 192 MiB where none is zero


def open_sparse(embeddings: Embeddings, *, k: int):
    """Gets sparse vectors ready for `neighbors.find`.

    Rows that share no term with the query are not candidates: they would have similarity 0.

    Args:
      embeddings: with a scipy sparse matrix of finite floats.
      k: neighbours wanted, self counted.

    Returns:
      The scoring function, the groups (each row its own), and which rows are not zero, [n] bool.
    """
    units, nonzero = _unit_rows(embeddings.vectors.tocsr())
    points = units[nonzero]
    transposed = points.T.tocsr()
    step = max(1, _CELLS // points.shape[0]) if points.shape[0] else 1

    def score(block: np.ndarray) -> Scored:
        return join_scored(
            _top((points[block[start : start + step]] @ transposed).tocsr(), k, start)
            for start in range(0, len(block), step)
        )

    return score, _single_rows(embeddings.rows[nonzero]), nonzero


def _unit_rows(vectors: sparse.csr_matrix) -> tuple[sparse.csr_matrix, np.ndarray]:
    units = vectors.astype(np.float64, copy=True)
    units.sum_duplicates()
    norms = np.sqrt(np.asarray(units.multiply(units).sum(axis=1)).ravel())
    divisors = np.repeat(np.where(norms > 0, norms, 1.0), np.diff(units.indptr))
    units.data = round_to_grid(units.data / divisors).astype(np.float64)
    units.eliminate_zeros()
    return units, norms > 0


def _single_rows(rows: np.ndarray) -> Groups:
    everyone = np.arange(len(rows))
    return Groups(rows.astype(np.int64), np.arange(len(rows) + 1), everyone, everyone)


def _top(product: sparse.csr_matrix, k: int, first: int) -> Scored:
    similarity = CosineSpace.similarity(product.data)
    kept = np.ones(len(similarity), bool)
    sizes = np.diff(product.indptr)
    for query in np.flatnonzero(sizes > k):
        part = slice(product.indptr[query], product.indptr[query + 1])
        values = similarity[part]
        kept[part] = values >= np.partition(values, len(values) - k)[len(values) - k]
    query = np.repeat(first + np.arange(len(sizes)), sizes)[kept]
    return Scored(query, product.indices[kept].astype(np.int64), similarity[kept])
