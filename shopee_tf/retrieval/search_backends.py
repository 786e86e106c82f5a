"""Search backends: the libraries that propose nearest points, each called in its own way.

A backend proposes candidates in float32. Which of them are neighbours, and how similar, is decided
by `dense`, so that all backends end in the same neighbours.
"""

import importlib.util
import logging
from collections.abc import Callable

import numpy as np

from tfrecords.errors import ResourceError, UsageError

Proposals = tuple[np.ndarray, np.ndarray]  # candidates [b, c] int64, scores [b, c] float32
Search = Callable[[np.ndarray, int], Proposals]  # queries [b, dim] float32, c

_log = logging.getLogger(__name__)


def check_backend(name: str) -> None:
    """Raises UsageError where there is no backend of that name."""
    if name != "auto" and name not in BACKENDS:
        raise UsageError(f"backend must be auto or one of {', '.join(BACKENDS)}, received {name!r}")


def open_backend(name: str, measure: str, points: np.ndarray) -> Search | None:
    """Gets a backend ready to search among `points`.

    Args:
      name: "auto", or one of `BACKENDS`.
      measure: "cosine" (scores are dot products) or "euclidean" (minus squared distances).
      points: [n, dim] float32.

    Returns:
      A function from queries [b, dim] float32 and a count c to candidates [b, c] int64 and their
      scores [b, c] float32; None for "numpy", where every point is a candidate.

    Raises:
      ResourceError: the backend's package or device is not there.
    """
    if name == "auto":
        return _open_auto(measure, points)
    return BACKENDS[name](measure, points)


def has_cuml() -> bool:
    """Whether cuml is installed, with or without a GPU."""
    return importlib.util.find_spec("cuml") is not None


def _open_auto(measure: str, points: np.ndarray) -> Search:
    if has_cuml():
        try:
            return _open_cuml(measure, points)
        except ResourceError as error:
            _log.warning("%s; searching on the CPU", error)
    return _open_faiss(measure, points)


def _open_faiss(measure: str, points: np.ndarray) -> Search:
    try:
        import faiss
    except ImportError as error:
        raise ResourceError(f"faiss is not there ({error}): pip install faiss-cpu") from None
    cosine = measure == "cosine"
    index = (faiss.IndexFlatIP if cosine else faiss.IndexFlatL2)(points.shape[1])
    index.add(points)

    def search(queries: np.ndarray, count: int) -> Proposals:
        scores, candidates = index.search(queries, count)
        return candidates, scores if cosine else -scores

    return search


def _open_tensorflow(measure: str, points: np.ndarray) -> Search:
    import tensorflow as tf

    index = tf.constant(points)
    squares = tf.reduce_sum(index * index, axis=1)

    @tf.function(reduce_retracing=True)
    def propose(queries, count):
        scores = tf.matmul(queries, index, transpose_b=True)
        if measure == "euclidean":
            own = tf.reduce_sum(queries * queries, axis=1, keepdims=True)
            scores = 2.0 * scores - squares - own
        return tf.math.top_k(scores, k=count, sorted=False)

    def search(queries: np.ndarray, count: int) -> Proposals:
        # TensorFloat-32 keeps 10 bits of each number: too few to propose neighbours by.
        precision = tf.config.experimental
        short = precision.tensor_float_32_execution_enabled()
        precision.enable_tensor_float_32_execution(False)
        try:
            scores, candidates = propose(tf.constant(queries), tf.constant(count))
        finally:
            precision.enable_tensor_float_32_execution(short)
        return candidates.numpy().astype(np.int64), scores.numpy()

    return search


def _open_cuml(measure: str, points: np.ndarray) -> Search:
    cosine = measure == "cosine"
    try:
        from cuml.neighbors import NearestNeighbors

        model = NearestNeighbors(
            metric="cosine" if cosine else "sqeuclidean", algorithm="brute", output_type="numpy"
        )
        model.fit(points)
    except Exception as error:  # CUDA libraries fail in their own ways where there is no GPU
        raise ResourceError(
            f"cuml is not there or cannot use a GPU ({error}): pip install 'shopee_tf[rapids]' "
            "on a machine with an NVIDIA GPU, or choose the backend faiss"
        ) from error

    def search(queries: np.ndarray, count: int) -> Proposals:
        distances, candidates = model.kneighbors(queries, n_neighbors=count)
        distances = np.asarray(distances, np.float32)
        return np.asarray(candidates, np.int64), 1.0 - distances if cosine else -distances

    return search


def _open_numpy(measure: str, points: np.ndarray) -> None:
    return None


BACKENDS = {
    "faiss": _open_faiss,
    "cuml": _open_cuml,
    "tensorflow": _open_tensorflow,
    "numpy": _open_numpy,
}
