"""The embeddings of titles by systems that nothing was trained for: TF-IDF and word vectors."""

import functools
from collections.abc import Sequence

import numpy as np

from shopee_tf.data.title_normalization import check_steps, normalize_title
from shopee_tf.progress import Progress
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.glove import glove_embeddings, log_coverage, words_of
from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings
from shopee_tf.retrieval.title_terms import (
    TitleTerms,
    count_terms,
    join_terms,
    term_vectorizer,
    weigh_terms,
)
from shopee_tf.retrieval.word_vectors import WordVectors, read_word_vectors


class TitleEmbeddings:
    """What such systems make of titles.

    Args:
      titles: [n] str, as the catalogue has them.
      steps: normalise them: `title_normalization.STEPS`.
      progress: called with what is done and what there is to do.

    Raises:
      UsageError: no such step.
    """

    def __init__(
        self, titles: np.ndarray, *, steps: Sequence[str], progress: Progress | None = None
    ):
        check_steps(steps)
        self.titles = titles
        self.steps = tuple(steps)
        self.progress = progress
        self._terms: dict[str, TitleTerms] = {}
        self._word_vectors: dict[str, WordVectors] = {}

    @functools.cached_property
    def normalized(self) -> np.ndarray:
        """The titles as the systems see them: [n] str."""
        return np.array([normalize_title(title, self.steps) for title in self.titles], object)

    def count_terms(self, names: Sequence[str]) -> None:
        """Counts the terms of all titles, for `joined` to go on with.

        Args:
          names: of TF-IDF systems.
        """
        for name in names:
            cut = {key: how for key, how in TFIDF_SYSTEMS[name].items() if key != "min_titles"}
            self._terms[name] = count_terms(self.normalized, term_vectorizer(**cut))

    def joined(self, titles: np.ndarray) -> "TitleEmbeddings":
        """The embeddings of these titles and more, which alone are normalised and counted.

        Args:
          titles: [m] str.
        """
        newer = TitleEmbeddings(titles, steps=self.steps)
        everything = np.concatenate([self.titles, titles])
        found = TitleEmbeddings(everything, steps=self.steps, progress=self.progress)
        found.normalized = np.concatenate([self.normalized, newer.normalized])
        found._terms = {
            name: join_terms(terms, newer.normalized) for name, terms in self._terms.items()
        }
        return found

    def taken(self, rows: np.ndarray) -> "TitleEmbeddings":
        """The embeddings of the titles of `rows` ([m] int32) alone, which stay normalised."""
        found = TitleEmbeddings(self.titles[rows], steps=self.steps, progress=self.progress)
        found.normalized = self.normalized[rows]
        return found

    def tfidf(self, name: str, rows: np.ndarray) -> Embeddings:
        """TF-IDF of `rows` ([m] int32, ascending), words weighed by how rare they are in these."""
        if name in self._terms and len(rows) == len(self.titles):
            least = TFIDF_SYSTEMS[name].get("min_titles", 1)
            return Embeddings(rows, weigh_terms(self._terms[name], min_titles=least))
        return tfidf_embeddings(self.normalized[rows], rows=rows, **TFIDF_SYSTEMS[name])

    def glove(self, name: str, rows: np.ndarray) -> Embeddings:
        """The mean of the vectors of the words of `rows` ([m] int32, ascending)."""
        weighing, _, path = name.partition(":")
        if path not in self._word_vectors:  # a large file: read once for all views and weighings
            found = read_word_vectors(path, words_of(self.normalized), progress=self.progress)
            log_coverage(self.normalized, path, found)
            self._word_vectors[path] = found
        return glove_embeddings(
            self.normalized[rows], path, rows=rows,
            idf=weighing == "glove_idf", vectors=self._word_vectors[path],
        ).embeddings  # fmt: skip
