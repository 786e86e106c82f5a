"""Titles as the mean of the vectors of their words (GloVe, or any file of word vectors)."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.progress import Progress
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.title_terms import WORD
from shopee_tf.retrieval.word_vectors import WordVectors, read_word_vectors
from tfrecords.errors import DataError

_SHOWN = 10  # unknown words named in the log

_log = logging.getLogger(__name__)


class Coverage(NamedTuple):
    """How much of the titles a file of word vectors knows.

    Attributes:
      words: different words in the titles.
      known_words: those of them that have a vector.
      tokens: words in the titles, repeats counted.
      known_tokens: those of them that have a vector.
      lost_titles: titles without any known word: zero vectors.
      unknown: (word, count) of the words without a vector, most frequent first, ties by word.
    """

    words: int
    known_words: int
    tokens: int
    known_tokens: int
    lost_titles: int
    unknown: tuple[tuple[str, int], ...]


class GloveEmbeddings(NamedTuple):
    """The embeddings (dense, [n, dim] float32), and how much of the titles went into them."""

    embeddings: Embeddings
    coverage: Coverage


def glove_embeddings(
    titles: Sequence[str],
    path: str,
    *,
    rows: np.ndarray | None = None,
    idf: bool = False,
    vectors: WordVectors | None = None,
    progress: Progress | None = None,
) -> GloveEmbeddings:
    r"""Averages the vectors of the words of each title (Pennington, Socher, Manning 2014).

    Words are those of TF-IDF (`\b\w+\b`, lower case), each as often as it stands in the title.
    Words without a vector are left out; a title without any known word is a zero vector, which
    matches only itself. How much is known is logged where the file is read here.

    Args:
      titles: n texts.
      path: file of word vectors: see `read_word_vectors`.
      rows: [n] ints, ascending, the catalogue's row of each title; 0..n-1 where not given.
      idf: weighs each word by 1 + ln((1 + n) / (1 + titles that have it)), as TF-IDF does.
      vectors: what the file has of these words, and maybe of others, where it was read before.
      progress: called with the bytes read and the bytes of the file.

    Raises:
      DataError: there are no titles, not one row for each, or a file that cannot be used.
    """
    rows = np.arange(len(titles)) if rows is None else np.asarray(rows)
    if len(titles) == 0 or len(rows) != len(titles):
        raise DataError(
            f"GloVe needs titles and a row for each, received {len(titles)}, {len(rows)}"
        )
    words, counts = _count_words(titles)
    given = vectors is not None
    if not given:
        vectors = read_word_vectors(path, words, progress=progress)
    known = np.array([word in words for word in vectors.words], bool)
    columns = _columns(words, vectors)
    coverage = _coverage(words, counts, columns)
    if not given:
        _report(path, coverage)
    weights = (counts @ sparse.diags(_idf(counts))).tocsr() if idf else counts
    means = _mean_vectors(weights[:, columns], vectors.vectors[known])
    return GloveEmbeddings(Embeddings(rows.astype(np.int32), means), coverage)


def words_of(titles: Sequence[str]) -> list[str]:
    """The different words of titles, as `glove_embeddings` looks them up.

    Example:
      >>> sorted(words_of(["Tas Wanita", "tas, pria"]))
      ['pria', 'tas', 'wanita']
    """
    return list(_count_words(titles)[0])


def log_coverage(titles: Sequence[str], path: str, vectors: WordVectors) -> None:
    """Logs how much of titles a file of word vectors knows, a line; a warning where it is nothing.

    For who reads the file once, for many parts of the titles: the numbers of each part say less
    than those of all.

    Args:
      titles: n texts.
      path: the file, to name it.
      vectors: what it has of their words.
    """
    words, counts = _count_words(titles)
    _report(path, _coverage(words, counts, _columns(words, vectors)))


def _columns(words: dict[str, int], vectors: WordVectors) -> np.ndarray:
    """The column of each word that has a vector, in the order of the file: int64."""
    return np.array([words[word] for word in vectors.words if word in words], np.int64)


def _count_words(titles: Sequence[str]) -> tuple[dict[str, int], sparse.csr_matrix]:
    """The column of each word, and how often it stands in each title: [n, words] float64."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(token_pattern=WORD, dtype=np.float64)
    analyze = vectorizer.build_analyzer()
    if not any(analyze(title) for title in titles):  # scikit-learn refuses an empty vocabulary
        return {}, sparse.csr_matrix((len(titles), 0))
    counts = vectorizer.fit_transform(titles)
    return vectorizer.vocabulary_, counts


def _idf(counts: sparse.csr_matrix) -> np.ndarray:
    titles_with = np.bincount(counts.indices, minlength=counts.shape[1])
    return 1 + np.log((1 + counts.shape[0]) / (1 + titles_with))


def _mean_vectors(weights: sparse.csr_matrix, vectors: np.ndarray) -> np.ndarray:
    totals = np.asarray(weights.sum(axis=1)).ravel()
    sums = weights @ vectors.astype(np.float64)
    return (sums / np.where(totals > 0, totals, 1)[:, None]).astype(np.float32)


def _coverage(words: dict[str, int], counts: sparse.csr_matrix, columns: np.ndarray) -> Coverage:
    times = np.asarray(counts.sum(axis=0)).ravel().astype(int)
    known = np.zeros(len(words), bool)
    known[columns] = True
    missing = [(word, int(times[column])) for word, column in words.items() if not known[column]]
    return Coverage(
        words=len(words),
        known_words=len(columns),
        tokens=int(times.sum()),
        known_tokens=int(times[known].sum()),
        lost_titles=int(np.sum(np.diff(counts[:, columns].indptr) == 0)),
        unknown=tuple(sorted(missing, key=lambda pair: (-pair[1], pair[0]))),
    )


def _report(path: str, coverage: Coverage) -> None:
    words, known_words, tokens, known_tokens, lost_titles, unknown = coverage
    level = logging.INFO if known_words else logging.WARNING
    _log.log(
        level,
        "%s has %d of the titles' %d words (%d of %d with repeats); titles without any: %d; "
        "unknown: %s",
        path, known_words, words, known_tokens, tokens, lost_titles,
        ", ".join(f"{word} ({count})" for word, count in unknown[:_SHOWN]) or "none",
    )  # fmt: skip
