"""TF-IDF vectors of titles, by scikit-learn."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from tfrecords.errors import DataError

WORD = r"\b\w+\b"
_CHARACTERS = {"analyzer": "char_wb", "ngrams": (2, 4)}

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

    Returns:
      Sparse embeddings, [n, words] float32 csr, each vector of norm 1 or 0.

    Raises:
      DataError: there are no titles, or not one row for each.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = np.arange(len(titles)) if rows is None else np.asarray(rows)
    if len(titles) == 0 or len(rows) != len(titles):
        raise DataError(
            f"TF-IDF needs titles and a row for each, received {len(titles)}, {len(rows)}"
        )
    vectorizer = TfidfVectorizer(
        analyzer=analyzer,
        binary=binary,
        ngram_range=ngrams,
        token_pattern=WORD if analyzer == "word" else None,
        norm=None,
        dtype=np.float32,
    )
    return Embeddings(rows.astype(np.int32), _weigh(titles, vectorizer, min_titles))


def _weigh(titles, vectorizer, min_titles: int) -> sparse.csr_matrix:
    from sklearn.preprocessing import normalize

    analyze = vectorizer.build_analyzer()
    if any(analyze(title) for title in titles):  # scikit-learn refuses an empty vocabulary
        weights = vectorizer.fit_transform(titles).tocsr()
        counted = np.bincount(weights.indices, minlength=weights.shape[1]) >= min_titles
        if counted.any():
            return normalize(weights[:, counted])
    return sparse.csr_matrix((len(titles), 1), dtype=np.float32)
