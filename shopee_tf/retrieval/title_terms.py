"""The terms of titles, counted once: a title that comes later is counted alone."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

WORD = r"\b\w+\b"


class TitleTerms(NamedTuple):
    """How often each term stands in each title.

    Attributes:
      counts: [n, terms] float32, each term of a title once.
      columns: the column of each term.
      vectorizer: from `term_vectorizer`.
    """

    counts: sparse.csr_matrix
    columns: dict[str, int]
    vectorizer: Any


def term_vectorizer(
    *, binary: bool = False, analyzer: str = "word", ngrams: tuple[int, int] = (1, 1)
) -> Any:
    """What cuts titles into terms and counts these, of scikit-learn; see `tfidf_embeddings`."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(
        analyzer=analyzer,
        binary=binary,
        ngram_range=ngrams,
        token_pattern=WORD if analyzer == "word" else None,
        dtype=np.float32,
    )


def count_terms(titles: Sequence[str], vectorizer: Any) -> TitleTerms:
    """Counts the terms of n titles."""
    if not any(map(vectorizer.build_analyzer(), titles)):  # scikit-learn refuses to count none
        return TitleTerms(sparse.csr_matrix((len(titles), 0), dtype=np.float32), {}, vectorizer)
    counts = vectorizer.fit_transform(titles).tocsr()
    return TitleTerms(counts, vectorizer.vocabulary_, vectorizer)


def join_terms(known: TitleTerms, titles: Sequence[str]) -> TitleTerms:
    """Counts the terms of m more titles, as if they had been counted with the n known ones.

    Example:
      >>> joined = join_terms(count_terms(["tas kulit"], term_vectorizer()), ["tas tas", ""])
      >>> joined.columns, joined.counts.toarray().tolist()
      ({'tas': 1, 'kulit': 0}, [[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]])
    """
    older, columns, vectorizer = known
    analyze, columns = vectorizer.build_analyzer(), dict(columns)
    found = [
        [columns.setdefault(term, len(columns)) for term in analyze(title)] for title in titles
    ]
    starts = np.cumsum([0, *map(len, found)])
    places = np.fromiter(itertools.chain.from_iterable(found), np.int32, starts[-1])
    shape = len(titles), len(columns)
    newer = sparse.csr_matrix((np.ones(len(places), np.float32), places, starts), shape)
    newer.sum_duplicates()
    if vectorizer.binary:
        newer.data[:] = 1
    wider = older.shape[0], len(columns)
    older = sparse.csr_matrix((older.data, older.indices, older.indptr), wider)
    return TitleTerms(sparse.vstack([older, newer], format="csr"), columns, vectorizer)


def weigh_terms(terms: TitleTerms, *, min_titles: int) -> sparse.csr_matrix:
    """Weighs terms by how rare they are, and leaves out those of too few titles.

    Args:
      terms: of n titles.
      min_titles: a term that fewer titles have does not count.

    Returns:
      As `unit_weights`.
    """
    from sklearn.feature_extraction.text import TfidfTransformer

    weights = terms.counts
    if terms.columns:
        weights = TfidfTransformer(norm=None).fit_transform(weights)
    return unit_weights(weights, min_titles=min_titles)


def unit_weights(weights: sparse.csr_matrix, *, min_titles: int) -> sparse.csr_matrix:
    """Leaves out the terms that too few titles have, and brings each title to a norm of 1.

    Args:
      weights: [n, terms] float32.
      min_titles: a term that fewer titles have does not count.

    Returns:
      [n, terms that count] float32; of norm 0 where a title has none of them.
    """
    from sklearn.preprocessing import normalize

    counted = np.bincount(weights.indices, minlength=weights.shape[1]) >= min_titles
    if not counted.any():
        return sparse.csr_matrix((weights.shape[0], 1), dtype=np.float32)
    return normalize(weights[:, counted])
