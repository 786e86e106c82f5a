"""The search that benchmarks of titles share: TF-IDF among some rows of a catalogue."""

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings


def search(titles: np.ndarray, rows: np.ndarray, system: str) -> Neighbors:
    """The 50 nearest among `rows` ([m] int32), by a system of `TFIDF_SYSTEMS`."""
    found = tfidf_embeddings(titles[rows], rows=rows, **TFIDF_SYSTEMS[system])
    return cosine_neighbors(found, k=50)


def search_folds(
    titles: np.ndarray, catalog: Catalog, folds: list[int], system: str
) -> dict[int, Neighbors]:
    """The 50 nearest in each of `folds` and in the fold after it, each searched alone."""
    dealt = assign_folds(catalog)
    used = sorted({part for fold in folds for part in (fold, fold + 1)})
    return {fold: search(titles, fold_rows(dealt, fold).score, system) for fold in used}
