"""TF-IDF vectors of titles, by scikit-learn or, on a GPU, by cuML."""

import importlib.util
import logging
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.tfidf_gpu import weigh_on_gpu
from shopee_tf.retrieval.title_terms import count_terms, term_vectorizer, unit_weights, weigh_terms
from tfrecords.errors import DataError, ResourceError, UsageError

ENGINES = ("auto", "scikit-learn", "cuml")
_CHARACTERS = {"analyzer": "char_wb", "ngrams": (2, 4)}

_log = logging.getLogger(__name__)

# What `tfidf_embeddings` is told for each system of this name. Without the words that one title
# alone has, F1 on held-out folds rises by 0.009, of words as of characters (docs/results.md).
TFIDF_SYSTEMS: dict[str, dict] = {
    "tfidf": {},
    "idf": {"binary": True},
    "tfidf_chars": _CHARACTERS,
    "idf_chars": _CHARACTERS | {"binary": True},
    "idf_shared": {"binary": True, "min_titles": 2},
    "idf_chars_shared": _CHARACTERS | {"binary": True, "min_titles": 2},
}


def tfidf_embeddings(
    titles: Sequence[str],
    *,
    rows: np.ndarray | None = None,
    binary: bool = False,
    analyzer: str = "word",
    ngrams: tuple[int, int] = (1, 1),
    min_titles: int = 1,
    engine: str = "auto",
) -> Embeddings:
    r"""Weighs the words of titles by how rare they are.

    Words are runs of letters and digits (`\b\w+\b`), lower case. The weight of a word in a title is
    its count there times 1 + ln((1 + n) / (1 + titles that have it)). A title without a word is a
    zero vector, which matches only itself.

    A word that no other title has weighs most and matches nothing: it only lowers the similarity of
    its title to all others. With `min_titles` of 2 such words do not count.

    Args:
      titles: n texts.
      rows: [n] ints, ascending, the catalogue's row of each title; 0..n-1 where not given.
      binary: counts a word once however often it stands in a title (IDF).
      analyzer: "word", or "char_wb" for runs of characters inside words.
      ngrams: the least and most words (or characters) in a term.
      min_titles: a term that fewer titles have does not count.
      engine: "auto" (cuml where it is installed and finds a GPU, else scikit-learn),
        "scikit-learn" or "cuml"; the weights of both are equal to 1e-5.

    Returns:
      Sparse embeddings, [n, words] float32 csr, each vector of norm 1 or 0.

    Raises:
      DataError: there are no titles, or not one row for each.
      UsageError: no such engine.
      ResourceError: the engine is "cuml", and it or a GPU is not there.
    """
    if engine not in ENGINES:
        raise UsageError(f"engine must be one of {', '.join(ENGINES)}, received {engine!r}")
    rows = np.arange(len(titles)) if rows is None else np.asarray(rows)
    if len(titles) == 0 or len(rows) != len(titles):
        raise DataError(
            f"TF-IDF needs titles and a row for each, received {len(titles)}, {len(rows)}"
        )
    vectorizer = term_vectorizer(binary=binary, analyzer=analyzer, ngrams=ngrams)
    return Embeddings(rows.astype(np.int32), _vectors(titles, vectorizer, min_titles, engine))


def _vectors(titles, vectorizer, min_titles: int, engine: str) -> sparse.csr_matrix:
    installed = importlib.util.find_spec("cuml") is not None
    if engine == "cuml" or (engine == "auto" and installed):
        terms = list(map(vectorizer.build_analyzer(), titles))
        try:
            if any(terms):
                weights = weigh_on_gpu(terms, binary=vectorizer.binary)
                return unit_weights(weights, min_titles=min_titles)
        except ResourceError as error:
            if engine == "cuml":
                raise
            _log.warning("%s; weighing on the CPU", error)
    return weigh_terms(count_terms(titles, vectorizer), min_titles=min_titles)
