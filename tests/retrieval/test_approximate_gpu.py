import sys
import types

import numpy as np
import pytest

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from tfrecords.errors import ResourceError

INDEXES = ["ivf", "cagra"]
NO_POINT = 2**32 - 1  # what cuVS leaves where it found fewer than wanted


def embeddings(rows=300):
    vectors = np.random.default_rng(0).normal(size=(rows, 16)).astype(np.float32)
    vectors[50:90] = vectors[0]
    return Embeddings(np.arange(rows, dtype=np.int32), vectors)


class Neighbors:
    """What cuvs.neighbors does, by numpy: squared distances, uint32, the last place left empty."""

    IndexParams = SearchParams = staticmethod(lambda **settings: settings)

    def __init__(self):
        self.settings = []

    def build(self, settings, points):
        self.settings.append(settings)
        return points

    def search(self, settings, points, queries, count):
        self.settings.append(settings)
        distances = ((queries[:, None] - points) ** 2).sum(-1)
        nearest = np.argsort(distances, axis=1)[:, :count].astype(np.uint32)
        nearest[:, -1] = NO_POINT
        return np.take_along_axis(distances, np.argsort(distances)[:, :count], 1), nearest


@pytest.fixture
def cuvs(monkeypatch):
    ivf, cagra = Neighbors(), Neighbors()
    neighbors = types.SimpleNamespace(ivf_flat=ivf, cagra=cagra)
    modules = {
        "cupy": types.SimpleNamespace(asarray=np.asarray, asnumpy=np.asarray),
        "cuvs": types.SimpleNamespace(
            neighbors=neighbors, __spec__=types.SimpleNamespace(name="cuvs")
        ),
        "cuvs.neighbors": neighbors,
        "cuvs.neighbors.cagra": cagra,
        "cuvs.neighbors.ivf_flat": ivf,
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return neighbors


@pytest.mark.parametrize(
    ("index", "backend"), [("ivf", "cuml"), ("ivf", "auto"), ("cagra", "cuml"), ("cagra", "auto")]
)
def test_neighbours_have_the_similarities_of_the_exact_search(index, backend, cuvs):
    exact = cosine_neighbors(embeddings(), k=300, backend="numpy")
    found = cosine_neighbors(embeddings(), k=20, index=index, backend=backend)
    assert cuvs.ivf_flat.settings if index == "ivf" else cuvs.cagra.settings
    np.testing.assert_array_equal(found.neighbors[:, :18], exact.neighbors[:, :18])
    np.testing.assert_array_equal(found.similarities[:, :18], exact.similarities[:, :18])


def test_the_settings_follow_from_n_and_k(cuvs):
    for index in INDEXES:
        cosine_neighbors(embeddings(), k=100, index=index, backend="cuml")
    built, searched = cuvs.ivf_flat.settings[:2]
    assert built == {"n_lists": 97, "metric": "sqeuclidean"}  # 6 sqrt(261 different vectors)
    assert searched == {"n_probes": 80}
    assert cuvs.cagra.settings[1] == {"itopk_size": 224}  # 200, in blocks of 32


@pytest.mark.gpu
@pytest.mark.parametrize("index", INDEXES)
def test_a_real_gpu_finds_the_same_best_row(index):
    pytest.importorskip("cuvs")
    exact = cosine_neighbors(embeddings(3000), k=2, backend="numpy")
    try:
        found = cosine_neighbors(embeddings(3000), k=2, index=index, backend="cuml")
    except ResourceError as error:
        pytest.skip(str(error))
    same = found.neighbors == exact.neighbors
    assert same.mean() > 0.9
    np.testing.assert_array_equal(found.similarities[same], exact.similarities[same])


@pytest.mark.faults
@pytest.mark.parametrize("index", INDEXES)
def test_missing_cuvs_names_the_pip_line(index, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ResourceError, match=r"pip install 'shopee_tf\[rapids\]'"):
        cosine_neighbors(embeddings(), k=5, index=index, backend="cuml")


@pytest.mark.faults
def test_auto_says_that_it_left_the_gpu_aside(cuvs, monkeypatch, caplog):
    def no_gpu(settings, points):
        raise RuntimeError("cudaErrorNoDevice")

    monkeypatch.setattr(cuvs.ivf_flat, "build", no_gpu)
    found = cosine_neighbors(embeddings(), k=5, index="ivf")
    assert "cudaErrorNoDevice" in caplog.text
    assert "searching on the CPU" in caplog.text
    np.testing.assert_array_equal(found.neighbors[:, 0], np.arange(300))
