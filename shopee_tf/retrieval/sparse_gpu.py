"""Exact cosine search among sparse vectors on an NVIDIA GPU, by cuPy, which cuML brings along."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
from scipy import sparse

from tfrecords.errors import ResourceError

_NUMBERS = 1 << 26  # of the largest float64 array on the GPU: 512 MiB
_SELF, _NEVER = 0x7FFFFFFF, -0x7FFFFFFF  # orders above and below that of any similarity

Search = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


def open_gpu(units: sparse.csr_matrix) -> Search:
    """Puts sparse unit vectors on the GPU.

    Args:
      units: [n, terms] float32, as `sparse.unit_rows` gives them.

    Returns:
      A function from queries [b] int64, places in `units`, and a count k of at most n to what
      `sparse_kernels.search` finds: the query itself and the best others that share a term with
      it, by float32 dot product descending, ties by place: [b, k] int32, -1 where there are fewer,
      and the dot products [b, k] float32, -inf there.

    Raises:
      ResourceError: cuPy is not there or cannot use a GPU.
    """
    try:
        import cupy
        from cupyx.scipy import sparse as gpu_sparse

        # In float64 the sums of products are exact, in whatever order a GPU adds.
        points = gpu_sparse.csr_matrix(units.astype(np.float64))
        cancels = bool((units.data < 0).any())  # a sum of 0 may then be of terms that are shared
        ones = gpu_sparse.csr_matrix((units != 0).astype(np.float64)) if cancels else None
    except Exception as error:  # CUDA libraries fail in their own ways where there is no GPU
        raise ResourceError(
            f"cupy is not there or cannot use a GPU ({error}): pip install 'shopee_tf[rapids]' "
            "on a machine with an NVIDIA GPU, or choose another backend"
        ) from error
    rows = max(1, _NUMBERS // max(units.shape))

    def search(queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        parts = [
            _search_part(cupy, points, ones, queries[start : start + rows], k)
            for start in range(0, len(queries), rows)
        ]
        return tuple(map(np.concatenate, zip(*parts)))

    return search


def _search_part(cupy: ModuleType, points, ones, queries: np.ndarray, k: int):
    queries = cupy.asarray(queries)
    scores = cupy.clip(_products(points, queries), -1.0, 1.0).astype(np.float32)
    shares = (scores if ones is None else _products(ones, queries)) > 0
    own = cupy.arange(len(queries)), queries
    shares[own] = True
    order = cupy.where(shares, _order(scores), _NEVER)
    order[own] = _SELF
    # One number to sort by: the similarity above, the place below, the first place highest.
    last = scores.shape[1] - 1
    keys = (order << 32) | (last - cupy.arange(scores.shape[1]))
    best = -cupy.sort(cupy.partition(-keys, k - 1, axis=1)[:, :k], axis=1)
    found = last - (best & 0xFFFFFFFF)
    shared = cupy.take_along_axis(shares, found, axis=1)
    values = cupy.where(shared, cupy.take_along_axis(scores, found, axis=1), -np.inf)
    found = cupy.where(shared, found, -1)
    return cupy.asnumpy(found.astype(np.int32)), cupy.asnumpy(values.astype(np.float32))


def _products(matrix, queries):
    """Dot products of some rows with all: [b, n] float64."""
    return (matrix @ matrix[queries].toarray().T).T


def _order(values):
    """Integers in the order of float32 values: [...] int64, inside 32 bits with their sign."""
    bits = values.view(np.int32).astype(np.int64)
    return bits ^ ((bits < 0) * 0x7FFFFFFF)
