"""Approximate indexes: libraries that propose points likely to be near, each in its own way."""

import importlib.util
import logging
import math
from collections.abc import Callable

import numpy as np

from tfrecords.errors import ResourceError, UsageError

Propose = Callable[[np.ndarray, int], np.ndarray]  # queries [b, dim] float32, c: [b, c] int64

_PROBES = 80  # lists looked into for a query
_TRAINED_ON = 40  # points for each list; more take longer and move the lists little
_BLOCK = 65_536  # points whose lists are looked for in one go
_LINKS, _EF_BUILD = 32, 80  # of HNSW: links of a point, and candidates while it is linked
_GRAPH_BREADTH = 2  # candidates that a graph search keeps, in multiples of what is wanted

_log = logging.getLogger(__name__)


def check_index(index: str, backend: str) -> None:
    """Raises UsageError where there is no such index, or not by that backend."""
    names = sorted({name for name, _ in _OPENERS})
    if index != "exact" and index not in names:
        raise UsageError(f"index must be exact or one of {', '.join(names)}, received {index!r}")
    able = [name for of, name in _OPENERS if of == index]
    if index != "exact" and backend not in ("auto", *able):
        raise UsageError(
            f"index {index!r} needs the backend auto or {' or '.join(able)}, received {backend!r}"
        )


def open_index(index: str, backend: str, points: np.ndarray) -> Propose:
    """Builds an index of unit vectors; on one machine the same points give the same one.

    The settings follow from n, the number of points, and c, the candidates wanted:
      ivf: 6 sqrt(n) lists by k-means (seeded, 40 points a list); the 80 nearest are looked into.
        Where all points search on the CPU, `list_join` does so along the same lists, in less time.
      hnsw: 32 links a point, made with 80 candidates, by one thread, since the order in which
        points are linked tells what the graph becomes; a search keeps 2 c candidates, at least 64.
      cagra: the graph as cuVS makes it, 64 links a point; a search keeps 2 c candidates.

    Args:
      index: "ivf", "hnsw" or "cagra".
      backend: "faiss" (the CPU), "cuml" (cuVS, the GPU), or "auto": the GPU where cuVS is installed
        and finds one, else the CPU.
      points: [n, dim] float32, of norm 1.

    Returns:
      A function from queries [b, dim] float32 and a count c to candidates [b, c] int64, each once
      for a query, -1 where fewer were found.

    Raises:
      ResourceError: the package or device is not there.
    """
    if backend != "auto":
        return _OPENERS[index, backend](points)
    gpu, cpu = _OPENERS.get((index, "cuml")), _OPENERS.get((index, "faiss"))
    if cpu is None:
        return gpu(points)
    if gpu is not None and has_cuvs():
        try:
            return gpu(points)
        except ResourceError as error:
            _log.warning("%s; searching on the CPU", error)
    return cpu(points)


def has_cuvs() -> bool:
    """Whether cuVS is installed; whether it finds a GPU is seen when it is used."""
    return importlib.util.find_spec("cuvs") is not None


def num_lists(num_points: int) -> int:
    """How many lists an inverted file of so many points has."""
    return max(1, min(num_points, round(6 * math.sqrt(num_points))))


def nearest_lists(points: np.ndarray) -> np.ndarray:
    """The lists that a search by `ivf` from each point looks into, the one it is in first.

    Args:
      points: [n, dim] float32, of norm 1.

    Returns:
      [n, lists looked into] int32.

    Raises:
      ResourceError: FAISS is not there.
    """
    index = train_lists(points)
    return np.concatenate(
        [
            index.quantizer.search(points[start : start + _BLOCK], index.nprobe)[1].astype(np.int32)
            for start in range(0, len(points), _BLOCK)
        ]
    )


def _open_ivf(points: np.ndarray) -> Propose:
    index = train_lists(points)
    index.add(points)
    return lambda queries, count: index.search(queries, count)[1]


def train_lists(points: np.ndarray):
    """An empty inverted file of FAISS, its lists made by k-means of the points."""
    faiss = _faiss()
    lists = num_lists(len(points))
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(points.shape[1]), points.shape[1], lists, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.spherical = True
    index.cp.max_points_per_centroid = _TRAINED_ON
    index.cp.min_points_per_centroid = 1  # a small catalogue has fewer than FAISS would like
    index.train(points)
    index.nprobe = min(_PROBES, lists)
    return index


def _open_hnsw(points: np.ndarray) -> Propose:
    faiss = _faiss()
    index = faiss.IndexHNSWFlat(points.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _EF_BUILD
    threads = faiss.omp_get_max_threads()
    try:
        faiss.omp_set_num_threads(1)
        index.add(points)
    finally:
        faiss.omp_set_num_threads(threads)

    def propose(queries: np.ndarray, count: int) -> np.ndarray:
        index.hnsw.efSearch = max(64, _GRAPH_BREADTH * count)
        return index.search(queries, count)[1]

    return propose


def _faiss():
    try:
        import faiss
    except ImportError as error:
        raise ResourceError(f"faiss is not there ({error}): pip install faiss-cpu") from None
    return faiss


def _open_gpu_ivf(points: np.ndarray) -> Propose:
    def build(neighbors, device_points):
        lists = num_lists(len(points))
        ivf = neighbors.ivf_flat
        made = ivf.build(ivf.IndexParams(n_lists=lists, metric="sqeuclidean"), device_points)
        settings = ivf.SearchParams(n_probes=min(_PROBES, lists))
        return lambda queries, count: ivf.search(settings, made, queries, count)

    return _open_gpu(points, build)


def _open_cagra(points: np.ndarray) -> Propose:
    def build(neighbors, device_points):
        cagra = neighbors.cagra
        made = cagra.build(cagra.IndexParams(metric="sqeuclidean"), device_points)

        def search(queries, count):
            kept = max(64, -(-_GRAPH_BREADTH * count // 32) * 32)  # cuVS counts in blocks of 32
            return cagra.search(cagra.SearchParams(itopk_size=kept), made, queries, count)

        return search

    return _open_gpu(points, build)


def _open_gpu(points: np.ndarray, build: Callable) -> Propose:
    try:
        import cupy
        import cuvs.neighbors
        import cuvs.neighbors.cagra
        import cuvs.neighbors.ivf_flat

        # Of unit vectors the nearest are those of the highest cosine.
        search = build(cuvs.neighbors, cupy.asarray(points))
    except Exception as error:  # CUDA libraries fail in their own ways where there is no GPU
        raise ResourceError(
            f"cuvs is not there or cannot use a GPU ({error}): pip install 'shopee_tf[rapids]' "
            "on a machine with an NVIDIA GPU, or choose the index ivf with the backend faiss"
        ) from error

    def propose(queries: np.ndarray, count: int) -> np.ndarray:
        _, candidates = search(cupy.asarray(queries), count)
        candidates = cupy.asnumpy(cupy.asarray(candidates)).astype(np.int64)
        # Where fewer were found, cuVS leaves numbers that are no point.
        return np.where((candidates >= 0) & (candidates < len(points)), candidates, -1)

    return propose


_OPENERS: dict[tuple[str, str], Callable[[np.ndarray], Propose]] = {
    ("ivf", "faiss"): _open_ivf,
    ("ivf", "cuml"): _open_gpu_ivf,
    ("hnsw", "faiss"): _open_hnsw,
    ("cagra", "cuml"): _open_cagra,
}
