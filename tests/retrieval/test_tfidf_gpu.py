import importlib.machinery
import sys
import types

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings
from tfrecords.errors import ResourceError, UsageError

TITLES = ["Tas Wanita tas a", "tas  pria!", "SEPATU 42", "", "sepatu é a", "!?"]


def stand_in(monkeypatch, name, **attributes):
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    vars(module).update(attributes)
    monkeypatch.setitem(sys.modules, name, module)


class Series(list):
    """Texts in the place of a cuDF series."""


class CumlVectorizer:
    """What cuML does with cut terms, by scikit-learn: words between delimiters, a norm of 1."""

    made = 0

    def __init__(self, *, preprocessor, delimiter, binary):
        type(self).made += 1
        self.preprocessor, self.delimiter = preprocessor, delimiter
        self.vectorizer = TfidfVectorizer(analyzer=self._cut, binary=binary, dtype=np.float32)

    def _cut(self, text):
        return [term for term in text.split(self.delimiter) if term]

    def fit_transform(self, texts):
        assert isinstance(texts, Series)
        weights = self.vectorizer.fit_transform(self.preprocessor(texts))
        return types.SimpleNamespace(get=lambda: weights)


def rapids(monkeypatch, vectorizer):
    stand_in(monkeypatch, "cudf", Series=Series, DataFrame=CumlVectorizer)
    stand_in(monkeypatch, "cuml")
    stand_in(monkeypatch, "cuml.feature_extraction")
    stand_in(monkeypatch, "cuml.feature_extraction.text", TfidfVectorizer=vectorizer)


@pytest.mark.parametrize("engine", ["cuml", "auto"])
@pytest.mark.parametrize("system", TFIDF_SYSTEMS)
def test_weights_are_those_of_scikit_learn(engine, system, monkeypatch):
    expected = tfidf_embeddings(TITLES, engine="scikit-learn", **TFIDF_SYSTEMS[system])
    rapids(monkeypatch, CumlVectorizer)
    before = CumlVectorizer.made
    found = tfidf_embeddings(TITLES, engine=engine, **TFIDF_SYSTEMS[system])
    assert CumlVectorizer.made == before + 1
    np.testing.assert_allclose(found.vectors.toarray(), expected.vectors.toarray(), atol=1e-5)


@pytest.mark.gpu
@pytest.mark.parametrize("system", TFIDF_SYSTEMS)
def test_a_real_gpu_gives_the_weights_of_scikit_learn(system):
    pytest.importorskip("cuml")
    try:
        found = tfidf_embeddings(TITLES, engine="cuml", **TFIDF_SYSTEMS[system])
    except ResourceError as error:
        pytest.skip(str(error))
    expected = tfidf_embeddings(TITLES, engine="scikit-learn", **TFIDF_SYSTEMS[system])
    np.testing.assert_allclose(found.vectors.toarray(), expected.vectors.toarray(), atol=1e-5)


def test_titles_without_words_need_no_gpu(monkeypatch):
    rapids(monkeypatch, no_gpu)
    assert tfidf_embeddings(["", "!"], engine="cuml").vectors.nnz == 0


def no_gpu(**settings):
    raise RuntimeError("cudaErrorNoDevice")


@pytest.mark.faults
def test_cuml_without_a_gpu_is_refused_by_name(monkeypatch):
    rapids(monkeypatch, no_gpu)
    with pytest.raises(ResourceError, match="cudaErrorNoDevice.*engine scikit-learn"):
        tfidf_embeddings(TITLES, engine="cuml")


@pytest.mark.faults
def test_auto_says_that_it_left_the_gpu_aside(monkeypatch, caplog):
    rapids(monkeypatch, no_gpu)
    assert tfidf_embeddings(TITLES).vectors.nnz > 0
    assert "cudaErrorNoDevice" in caplog.text
    assert "weighing on the CPU" in caplog.text


@pytest.mark.faults
def test_missing_cuml_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "cudf", None)
    with pytest.raises(ResourceError, match=r"pip install 'shopee_tf\[rapids\]'"):
        tfidf_embeddings(TITLES, engine="cuml")


@pytest.mark.faults
def test_an_unknown_engine_is_refused():
    with pytest.raises(UsageError, match="auto, scikit-learn, cuml, received 'spark'"):
        tfidf_embeddings(TITLES, engine="spark")
