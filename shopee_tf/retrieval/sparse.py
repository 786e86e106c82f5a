"""Exact cosine search among sparse vectors: an inverted index, pruned, in compiled loops.

On an NVIDIA GPU `sparse_gpu` does the same with whole products.
"""

import importlib.util
import logging
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse

from shopee_tf.progress import Progress
from shopee_tf.retrieval.spaces import round_to_grid
from shopee_tf.retrieval.sparse_gpu import Search, open_gpu
from tfrecords.errors import ResourceError

_FREQUENT = 128  # terms kept as columns: 4 bytes each for each vector
_QUERIES = 128  # of a thread in one go

_log = logging.getLogger(__name__)


def find(
    rows: np.ndarray,
    units: sparse.csr_matrix,
    positions: np.ndarray,
    *,
    k: int,
    backend: str,
    block_size: int,
    progress: Progress | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Searches sparse unit vectors.

    Rows that share no term with the query are not candidates: they would have similarity 0.

    Args:
      rows: [n] ints, ascending: the catalogue's row of each vector.
      units: [n, terms] float32, as `unit_rows` gives them.
      positions: [m] ints, the vectors to search from.
      k: neighbours wanted, self counted, at most n.
      backend: "cuml" for the GPU, "auto" for the GPU where cuML and one are there, else the CPU.
      block_size: queries between two calls of `progress`.
      progress: called with the queries done and the queries to do.

    Returns:
      What `Neighbors` holds: rows [m] int32, neighbors [m, k] int32, similarities [m, k] float32.

    Raises:
      ResourceError: the backend is "cuml", and cuPy or a GPU is not there.
    """
    found = np.empty((len(positions), k), np.int32)
    similarities = np.empty((len(positions), k), np.float32)
    search = _open(units, backend)
    for start in range(0, len(positions), block_size):
        block = slice(start, start + block_size)
        found[block], similarities[block] = search(positions[block], k)
        if progress is not None:
            progress(min(start + block_size, len(positions)), len(positions))
    similarities[np.diff(units.indptr)[positions] == 0, 0] = 1.0  # a row that matches only itself
    neighbors = np.where(found >= 0, rows[found], -1)
    return rows[positions].astype(np.int32), neighbors.astype(np.int32), similarities


def _open(units: sparse.csr_matrix, backend: str) -> Search:
    if backend == "cuml" or (backend == "auto" and importlib.util.find_spec("cuml") is not None):
        try:
            return open_gpu(units)
        except ResourceError as error:
            if backend == "cuml":
                raise
            _log.warning("%s; searching on the CPU", error)
    return _open_cpu(units)


def _open_cpu(units: sparse.csr_matrix) -> Search:
    from shopee_tf.retrieval.sparse_kernels import search as search_part

    index = _index(units)

    def search(queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        found = np.full((len(queries), k), -1, np.int32)
        values = np.full((len(queries), k), -np.inf, np.float32)

        def fill(start: int) -> None:
            part = slice(start, start + _QUERIES)
            search_part(index, queries[part], found[part], values[part])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(fill, range(0, len(queries), _QUERIES)))
        return found, values

    return search


def unit_rows(vectors: sparse.spmatrix) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Does what `spaces.unit_rows` does, for a sparse matrix of finite floats.

    Returns:
      units [n, terms] float32, and which vectors are not zero, [n] bool.
    """
    units = vectors.tocsr().astype(np.float64, copy=True)
    units.sum_duplicates()
    norms = np.sqrt(np.asarray(units.multiply(units).sum(axis=1)).ravel())
    divisors = np.repeat(np.where(norms > 0, norms, 1.0), np.diff(units.indptr))
    units = sparse.csr_matrix(
        (round_to_grid(units.data / divisors), units.indices, units.indptr), units.shape
    )
    units.eliminate_zeros()
    return units, norms > 0


def _index(points: sparse.csr_matrix):
    from shopee_tf.retrieval.sparse_kernels import BLOCK, Index

    postings = points.T.tocsr()
    sizes = np.diff(postings.indptr)
    frequent = np.argsort(-sizes, kind="stable")[:_FREQUENT]
    column = np.full(len(sizes), -1, np.int32)
    column[frequent] = np.arange(len(frequent))
    dense = np.ascontiguousarray(points[:, frequent].toarray())
    norms = np.zeros(-(-len(dense) // BLOCK) * BLOCK)
    norms[: len(dense)] = np.sqrt(np.einsum("ij,ij->i", dense, dense, dtype=np.float64))
    return Index(
        *(points.indptr.astype(np.int64), points.indices.astype(np.int32), points.data),
        *(postings.indptr.astype(np.int64), postings.indices.astype(np.int32), postings.data),
        column=column,
        dense=dense,
        dense_norms=norms,
    )
