"""The search that benchmarks of titles share: TF-IDF among some rows of a catalogue."""

import numpy as np

from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings


def search(titles: np.ndarray, rows: np.ndarray, system: str) -> Neighbors:
    """The 50 nearest among `rows` ([m] int32), by a system of `TFIDF_SYSTEMS`."""
    found = tfidf_embeddings(titles[rows], rows=rows, **TFIDF_SYSTEMS[system])
    return cosine_neighbors(found, k=50)
