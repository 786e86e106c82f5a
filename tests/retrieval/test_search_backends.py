import importlib.machinery
import sys
import types

import numpy as np
import pytest

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors, euclidean_neighbors
from tfrecords.errors import ResourceError, UsageError


@pytest.fixture
def embeddings():
    vectors = np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32)
    vectors[50:90] = vectors[0]
    return Embeddings(np.arange(200, dtype=np.int32), vectors)


def stand_in(monkeypatch, nearest_neighbors):
    """Puts a module in the place of cuml, with the one class that is used."""
    cuml = types.ModuleType("cuml")
    cuml.__spec__ = importlib.machinery.ModuleSpec("cuml", None)
    cuml.neighbors = types.ModuleType("cuml.neighbors")
    cuml.neighbors.NearestNeighbors = nearest_neighbors
    monkeypatch.setitem(sys.modules, "cuml", cuml)
    monkeypatch.setitem(sys.modules, "cuml.neighbors", cuml.neighbors)


class CountingNeighbors:
    """What cuml does, by numpy: keyword-only, float32, in no order among equals."""

    calls = 0

    def __init__(self, *, metric, algorithm, output_type):
        assert algorithm == "brute"
        assert output_type == "numpy"
        self.metric = metric

    def fit(self, points):
        self.points = points

    def kneighbors(self, queries, *, n_neighbors):
        type(self).calls += 1
        distances = {
            "cosine": lambda: 1 - queries @ self.points.T,
            "sqeuclidean": lambda: ((queries[:, None] - self.points) ** 2).sum(-1),
        }[self.metric]()
        nearest = np.argsort(distances, axis=1)[:, :n_neighbors]
        return np.take_along_axis(distances, nearest, 1), nearest


@pytest.mark.parametrize("search", [cosine_neighbors, euclidean_neighbors])
@pytest.mark.parametrize("backend", ["cuml", "auto"])
def test_cuml_gives_the_same_neighbours(search, backend, embeddings, monkeypatch):
    expected = search(embeddings, k=20, backend="numpy")
    stand_in(monkeypatch, CountingNeighbors)
    before = CountingNeighbors.calls
    for ours, reference in zip(search(embeddings, k=20, backend=backend), expected):
        np.testing.assert_array_equal(ours, reference)
    assert CountingNeighbors.calls > before


@pytest.mark.faults
def test_a_backend_that_errs_cannot_lose_a_neighbour(embeddings, monkeypatch):
    class Coarse(CountingNeighbors):
        def kneighbors(self, queries, *, n_neighbors):
            rough = queries.astype(np.float16).round(1).astype(np.float32)
            return super().kneighbors(rough, n_neighbors=n_neighbors)

    expected = cosine_neighbors(embeddings, k=20, backend="numpy")
    stand_in(monkeypatch, Coarse)
    found = cosine_neighbors(embeddings, k=20, backend="cuml")
    np.testing.assert_array_equal(found.neighbors, expected.neighbors)


@pytest.mark.faults
def test_missing_cuml_names_the_pip_line(embeddings, monkeypatch):
    monkeypatch.setitem(sys.modules, "cuml", None)
    monkeypatch.setitem(sys.modules, "cuml.neighbors", None)
    with pytest.raises(ResourceError, match=r"pip install 'shopee_tf\[rapids\]'"):
        cosine_neighbors(embeddings, backend="cuml")


def no_gpu(**kwargs):
    raise RuntimeError("cudaErrorNoDevice")


@pytest.mark.faults
def test_cuml_without_a_gpu_is_refused_by_name(embeddings, monkeypatch):
    stand_in(monkeypatch, no_gpu)
    with pytest.raises(ResourceError, match="cudaErrorNoDevice"):
        cosine_neighbors(embeddings, backend="cuml")


@pytest.mark.faults
def test_auto_says_that_it_left_the_gpu_aside(embeddings, monkeypatch, caplog):
    stand_in(monkeypatch, no_gpu)
    found = cosine_neighbors(embeddings, k=5)
    assert "cudaErrorNoDevice" in caplog.text
    assert "searching on the CPU" in caplog.text
    np.testing.assert_array_equal(found.neighbors[:, 0], np.arange(200))


def test_an_unknown_backend_is_refused(embeddings):
    with pytest.raises(UsageError, match="faiss, cuml, tensorflow, numpy, received 'milvus'"):
        cosine_neighbors(embeddings, backend="milvus")


@pytest.mark.parametrize("enabled", [True, False])
def test_tensorflow_gets_its_setting_back(enabled, embeddings):
    import tensorflow as tf

    before = tf.config.experimental.tensor_float_32_execution_enabled()
    try:
        tf.config.experimental.enable_tensor_float_32_execution(enabled)
        cosine_neighbors(embeddings, k=3, backend="tensorflow")
        assert tf.config.experimental.tensor_float_32_execution_enabled() == enabled
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


@pytest.mark.gpu
@pytest.mark.parametrize("search", [cosine_neighbors, euclidean_neighbors])
def test_a_real_gpu_gives_the_same_neighbours(search, embeddings):
    pytest.importorskip("cuml")
    try:
        found = search(embeddings, k=20, backend="cuml")
    except ResourceError as error:
        pytest.skip(str(error))
    for ours, reference in zip(found, search(embeddings, k=20, backend="numpy")):
        np.testing.assert_array_equal(ours, reference)
