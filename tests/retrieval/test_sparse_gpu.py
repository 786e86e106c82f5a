import importlib.machinery
import sys
import types

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from tfrecords.errors import ResourceError, UsageError


def counts(*, low=0, terms=40, seed=0):
    """Vectors of small whole numbers: [300, terms], with ties, equal rows and rows of zeros."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(low, 3, size=(300, terms)) * (rng.random((300, terms)) < 0.1)
    vectors[100:170] = vectors[99]
    vectors[[3, 200]] = 0
    rows = np.arange(300, dtype=np.int32)
    return Embeddings(rows, sparse.csr_matrix(np.float32(vectors)))


def put_in_place(monkeypatch, name, **attributes):
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    vars(module).update(attributes)
    monkeypatch.setitem(sys.modules, name, module)
    return module


@pytest.fixture
def cupy(monkeypatch):
    """NumPy and SciPy in the place of cuPy, which has their functions under the same names."""
    put_in_place(monkeypatch, "cuml")
    put_in_place(monkeypatch, "cupyx")
    put_in_place(monkeypatch, "cupyx.scipy", sparse=types.SimpleNamespace(csr_matrix=counted))
    functions = ["arange", "asarray", "clip", "partition", "sort", "take_along_axis", "where"]
    return put_in_place(
        monkeypatch, "cupy", asnumpy=np.asarray, **{name: getattr(np, name) for name in functions}
    )


def counted(matrix):
    counted.calls += 1
    assert matrix.dtype == np.float64
    return sparse.csr_matrix(matrix)


counted.calls = 0


@pytest.mark.parametrize("backend", ["cuml", "auto"])
@pytest.mark.parametrize("low", [0, -2])
@pytest.mark.parametrize("k", [1, 7, 300])
@pytest.mark.parametrize("numbers", [1, 3000, 1 << 26])
def test_a_gpu_gives_the_same_neighbours(backend, low, k, numbers, cupy, monkeypatch):
    monkeypatch.setattr("shopee_tf.retrieval.sparse_gpu._NUMBERS", numbers)
    embeddings = counts(low=low)
    expected = cosine_neighbors(embeddings, k=k, backend="numpy")
    before = counted.calls
    found = cosine_neighbors(embeddings, k=k, backend=backend)
    assert counted.calls > before
    for ours, reference in zip(found, expected):
        assert ours.dtype == reference.dtype
        np.testing.assert_array_equal(ours, reference)


def test_some_queries_in_the_order_asked(cupy):
    embeddings, queries = counts(), np.array([200, 160, 7])
    found = cosine_neighbors(embeddings, k=5, queries=queries, backend="cuml")
    expected = cosine_neighbors(embeddings, k=5, queries=queries, backend="numpy")
    np.testing.assert_array_equal(found.neighbors, expected.neighbors)


@pytest.mark.gpu
def test_a_real_gpu_gives_the_same_neighbours():
    cupy = pytest.importorskip("cupy")
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        pytest.skip(f"no GPU: {error}")
    embeddings = counts(low=-2)
    expected = cosine_neighbors(embeddings, k=20, backend="numpy")
    for ours, reference in zip(cosine_neighbors(embeddings, k=20, backend="cuml"), expected):
        np.testing.assert_array_equal(ours, reference)


@pytest.mark.faults
def test_missing_cupy_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ResourceError, match=r"pip install 'shopee_tf\[rapids\]'"):
        cosine_neighbors(counts(), backend="cuml")


@pytest.mark.faults
def test_auto_says_that_it_left_the_gpu_aside(cupy, monkeypatch, caplog):
    def no_gpu(array):
        raise RuntimeError("cudaErrorNoDevice")

    monkeypatch.setattr(sys.modules["cupyx.scipy"].sparse, "csr_matrix", no_gpu)
    found = cosine_neighbors(counts(), k=5)
    assert "cudaErrorNoDevice" in caplog.text
    assert "searching on the CPU" in caplog.text
    np.testing.assert_array_equal(found.neighbors[:, 0], np.arange(300))


@pytest.mark.faults
def test_an_unknown_backend_is_refused():
    with pytest.raises(UsageError, match="numpy, received 'milvus'"):
        cosine_neighbors(counts(), backend="milvus")
