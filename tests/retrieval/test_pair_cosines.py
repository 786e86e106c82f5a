"""Cosines of given pairs: the numbers of the search, and 0 where there is nothing to compare."""

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.pair_cosines import PairCosines

ROWS = np.array([2, 3, 5, 8, 9, 11], np.int32)


def embeddings(kind):
    vectors = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    vectors[4] = 0
    return Embeddings(ROWS, sparse.csr_matrix(vectors) if kind == "sparse" else vectors)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_a_pair_has_the_similarity_that_the_search_gives_it(kind):
    found = cosine_neighbors(embeddings(kind), k=6)
    compared = PairCosines(embeddings(kind))(found.rows, found.neighbors)
    there = found.neighbors >= 0
    there[4] = False  # a zero vector is like itself in the search
    np.testing.assert_array_equal(compared[there], found.similarities[there])


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_what_is_missing_or_zero_is_like_nothing(kind):
    compared = PairCosines(embeddings(kind))(np.array([2, 4, 9]), np.array([[-1, 9, 7, 99]] * 3))
    np.testing.assert_array_equal(compared, np.zeros((3, 4)))
