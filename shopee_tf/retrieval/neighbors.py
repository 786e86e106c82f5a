"""Neighbors: for each row, the rows that may match it, and how similar they are."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.retrieval import approximate, blocks, dense, ranking
from shopee_tf.retrieval import sparse as sparse_search
from shopee_tf.retrieval.approximate_indexes import (
    check_index,
    has_cuvs,
    nearest_lists,
    open_index,
)
from shopee_tf.retrieval.embeddings import Embeddings, check_embeddings, positions_of
from shopee_tf.retrieval.search_backends import check_backend, has_cuml, open_backend
from shopee_tf.retrieval.spaces import CosineSpace, EuclideanSpace, unit_rows
from tfrecords.errors import IntegrityError, UsageError

_ZERO = "a vector is zero (no word that counts?)"

_log = logging.getLogger(__name__)


class Neighbors(NamedTuple):
    """The most similar rows of each query, best first.

    Column 0 is the query itself. The rest stand by similarity descending, ties by row. Where there
    are fewer than k, the end is padded with neighbor -1 and similarity -inf.

    Attributes:
      rows: [m] int32, the queries.
      neighbors: [m, k] int32.
      similarities: [m, k] float32: the cosine, or minus a distance.
    """

    rows: np.ndarray
    neighbors: np.ndarray
    similarities: np.ndarray


def cosine_neighbors(
    embeddings: Embeddings,
    *,
    k: int = 50,
    queries: np.ndarray | None = None,
    index: str = "exact",
    backend: str = "auto",
    posting_ids: Sequence[str] | None = None,
    block_size: int = 2048,
    floor: float = -np.inf,
    progress: blocks.Progress | None = None,
) -> Neighbors:
    """Finds the k rows of highest cosine similarity: all of them, unless an index is named.

    Similarities are dot products of the normalised vectors, exact before they are rounded to
    float32. A zero vector has no direction: it matches itself alone, and no row sees it.

    Args:
      embeddings: n vectors, dense or sparse. Sparse ones are searched on a GPU if the `backend`
        finds one, by `sparse_gpu`, else by the loops of `sparse_kernels`.
      k: neighbours of each row, itself counted; at most n, more is lowered to n with a warning.
      queries: [m] ints, the rows to search from, each with an embedding; all rows where not given.
        Candidates are always all rows.
      index: "exact", or what proposes candidates in large catalogues, of dense vectors: "ivf" or
        "hnsw" (CPU), "ivf" or "cagra" (GPU, by cuVS). Similarities and ranks are as exact as
        always; a row that no index proposed is missing. For the settings see
        `approximate_indexes.open_index`, for what is found `pair_recall.pair_recall`.
      backend: "auto", "faiss", "cuml", "tensorflow" or "numpy". "auto" is cuml, for an index cuVS,
        where that is installed and finds a GPU; else faiss. Where it is not installed, all rows as
        queries are joined: by `self_join`, or along the lists of ivf by `list_join`. So are they
        for ivf by "faiss".
      posting_ids: of the whole catalogue, to name the rows of bad vectors.
      block_size: different vectors searched in one go; changes memory, not results.
      floor: others that are less similar than this are left out, as if there were none; it spares
        the join of all rows with all some work.
      progress: called with the rows done and the rows to do.

    Raises:
      DataError: there are no embeddings, or a query has none.
      IntegrityError: a vector has a NaN or an infinity.
      UsageError: k is below 1, no such index or backend, or an index of sparse vectors.
      ResourceError: the backend's package or device is not there.

    Example:
      >>> vectors = np.array([[1, 0], [0, 2], [3, 0]], np.float32)
      >>> found = cosine_neighbors(Embeddings(np.arange(3, dtype=np.int32), vectors), k=2)
      >>> found.neighbors.tolist()
      [[0, 2], [1, 0], [2, 0]]
    """
    check_backend(backend)
    check_index(index, backend)
    k, positions = _check(embeddings, k, queries, posting_ids)
    walk = {"k": k, "block_size": block_size, "progress": progress}
    if sparse.issparse(embeddings.vectors):
        if index != "exact":
            raise UsageError(f"sparse vectors are searched exactly, received index {index!r}")
        units, searchable = sparse_search.unit_rows(embeddings.vectors)
        blocks.warn_alone(searchable, positions, _ZERO)
        found = sparse_search.find(embeddings.rows, units, positions, backend=backend, **walk)
        return _above(floor, Neighbors(*found))
    units, searchable = unit_rows(embeddings.vectors)
    blocks.warn_alone(searchable, positions, _ZERO)
    groups = ranking.group_rows(embeddings.rows[searchable], units[searchable])
    points = units[searchable][groups.first]
    if _is_joined(index, backend) and len(points) and _is_whole(positions, units):
        score = _open_join(
            CosineSpace(points), index, k=k, block_size=block_size, floor=floor,
            progress=_in_rows(progress, int(searchable.sum())),
        )  # fmt: skip
        walk["progress"] = None  # ranking takes little time beside the join
    elif index == "exact":
        score = _open_dense(CosineSpace, points, k, backend)
    else:
        score = _open_approximate(points, k, index, backend)
    searched = blocks.Index(embeddings.rows, searchable, groups, score, own_alone=1.0)
    if index == "exact":
        return _above(floor, Neighbors(*blocks.find(searched, positions, **walk)))
    return _above(floor, Neighbors(*approximate.find(searched, positions, points, **walk)))


def _is_joined(index: str, backend: str) -> bool:
    """Whether a search from all rows is a join of our own: where no GPU is asked."""
    if backend == "auto":
        return index == "exact" and not has_cuml() or index == "ivf" and not has_cuvs()
    return index == "ivf" and backend == "faiss"


def _open_join(space, index, *, k, block_size, floor, progress):
    from shopee_tf.retrieval import list_join, self_join  # and numba with them

    common = {"k": k, "floor": floor, "progress": progress}
    if index == "exact":
        return self_join.open_join(space, block_size=block_size, **common)
    return list_join.open_list_join(space, nearest_lists(space.points), **common)


def _is_whole(positions: np.ndarray, units: np.ndarray) -> bool:
    return len(positions) >= len(units) and len(np.unique(positions)) == len(units)


def _in_rows(progress, rows: int):
    if progress is None:
        return None
    return lambda done, total: progress(rows * done // total, rows)


def _above(floor: float, found: Neighbors) -> Neighbors:
    if floor > -np.inf:
        below = found.similarities < floor
        below[:, 0] = False
        found.neighbors[below], found.similarities[below] = -1, -np.inf
    return found


def euclidean_neighbors(
    embeddings: Embeddings,
    *,
    k: int = 50,
    queries: np.ndarray | None = None,
    backend: str = "auto",
    posting_ids: Sequence[str] | None = None,
    block_size: int = 2048,
    progress: blocks.Progress | None = None,
) -> Neighbors:
    """Finds the k rows at the least Euclidean distance, exactly, whatever the backend.

    Vectors are taken as they are, dense ones only; similarity is minus the distance. All else is as
    in `cosine_neighbors`, save that a zero vector is a point like any other.
    """
    check_backend(backend)
    k, positions = _check(embeddings, k, queries, posting_ids)
    if sparse.issparse(embeddings.vectors):
        raise UsageError("euclidean_neighbors takes dense vectors, received a sparse matrix")
    vectors = embeddings.vectors.astype(np.float32) + np.float32(0.0)  # -0 becomes 0
    groups = ranking.group_rows(embeddings.rows, vectors)
    score = _open_dense(EuclideanSpace, vectors[groups.first], k, backend)
    everyone = np.ones(len(vectors), bool)
    index = blocks.Index(embeddings.rows, everyone, groups, score, own_alone=0.0)
    return Neighbors(*blocks.find(index, positions, k=k, block_size=block_size, progress=progress))


def _open_dense(space_class, points: np.ndarray, k: int, backend: str):
    if not len(points):  # all vectors are zero: nothing is ever searched
        return None
    space = space_class(points)
    search = open_backend(backend, space.measure, space.points)
    return lambda block: dense.score_dense(space, search, block, k=k)


def _open_approximate(points: np.ndarray, k: int, index: str, backend: str):
    if not len(points):
        return None
    space, propose = CosineSpace(points), open_index(index, backend, points)
    return lambda block: approximate.score_proposed(space, propose, block, k=k)


def _check(embeddings, k, queries, posting_ids) -> tuple[int, np.ndarray]:
    check_embeddings(embeddings)
    if k < 1:
        raise UsageError(f"k must be at least 1, received {k}")
    n = len(embeddings.rows)
    if k > n:
        _log.warning("k lowered from %d to %d, the number of rows", k, n)
    _check_finite(embeddings, posting_ids)
    positions = np.arange(n) if queries is None else positions_of(embeddings, queries)
    return min(k, n), positions


def _check_finite(embeddings: Embeddings, posting_ids: Sequence[str] | None) -> None:
    rows, vectors = embeddings
    if sparse.issparse(vectors):
        csr = vectors.tocsr()
        bad = np.unique(np.repeat(rows, np.diff(csr.indptr))[~np.isfinite(csr.data)])
    else:
        bad = rows[~np.isfinite(vectors).all(axis=1)]
    if not len(bad):
        return
    ids = [f" ({posting_ids[row]})" if posting_ids is not None else "" for row in bad[:5]]
    named = ", ".join(f"row {row}{name}" for row, name in zip(bad, ids))
    more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
    raise IntegrityError(
        f"embeddings hold NaN or infinity: {named}{more}; look at the encoder, then embed again"
    )
