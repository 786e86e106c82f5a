"""Neighbours as one matrix, and comparisons of sums of rows by it."""

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.matching.affinity import affinity, hamming_cosines, spread
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from tfrecords.errors import UsageError


def positive_vectors(seed: int, *, n: int = 12) -> np.ndarray:
    """Unit vectors with no negative component: all their cosines are positive."""
    vectors = np.random.default_rng(seed).random((n, 4)) ** 2
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


def everybody(vectors: np.ndarray, *, rows: np.ndarray | None = None) -> Neighbors:
    rows = np.arange(len(vectors), dtype=np.int32) if rows is None else rows
    found = Embeddings(rows, vectors.astype(np.float32))
    return cosine_neighbors(found, k=len(vectors), backend="numpy")


def matrix(neighbors: Neighbors) -> np.ndarray:
    """Similarities by row and neighbour, 0 where there is none."""
    full = np.zeros((len(neighbors.rows),) * 2)
    place = np.searchsorted(neighbors.rows, neighbors.neighbors)
    known = neighbors.neighbors >= 0
    full[np.nonzero(known)[0], place[known]] = neighbors.similarities[known]
    return full


def test_affinity_of_a_complete_search_is_the_matrix_of_cosines():
    vectors = positive_vectors(0)
    assert affinity(everybody(vectors)).toarray() == pytest.approx(vectors @ vectors.T, abs=1e-6)


def test_a_pair_that_one_end_found_is_known_to_both():
    found = Neighbors(*map(np.array, ([2, 5], [[2, 5], [5, -1]], [[1, 0.25], [1, -np.inf]])))
    assert affinity(found).toarray().tolist() == [[1, 0.25], [0.25, 1]]


def test_similarities_below_zero_are_not_stored():
    found = Neighbors(*map(np.array, ([0, 1], [[0, 1], [1, 0]], [[1, -0.5], [1, -0.5]])))
    assert affinity(found).nnz == 2


@pytest.mark.parametrize("rows, message", [([0], "no queries"), ([1, 0], "ascending")])
def test_a_search_from_some_rows_only_is_refused(rows, message):
    found = Neighbors(np.array(rows), np.array([[row, 1 - row] for row in rows]), np.ones((2, 2)))
    with pytest.raises(UsageError, match=message):
        affinity(found)


def test_distances_are_refused():
    found = Neighbors(*map(np.array, ([0, 1], [[0, 1], [1, 0]], [[0.0, -4.0], [0.0, -4.0]])))
    with pytest.raises(UsageError, match="hamming_cosines"):
        affinity(found)
    assert affinity(hamming_cosines(found)).toarray()[0, 1] == 0.875


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_spread_is_the_cosine_of_the_sums(seed, both):
    vectors = positive_vectors(seed)
    weights = np.random.default_rng(seed + 9).random((12, 12)) * (np.eye(12) + 0.1)
    sums = weights @ vectors
    sums /= np.linalg.norm(sums, axis=1)[:, None]
    expected = sums @ (sums if both else vectors).T
    np.fill_diagonal(expected, 1)
    found = spread(everybody(vectors), sparse.csr_array(weights.astype(np.float32)), both=both)
    assert matrix(found) == pytest.approx(expected, abs=1e-5)


def test_spread_without_weights_on_others_changes_nothing():
    found = everybody(positive_vectors(4), rows=np.arange(3, 39, 3, dtype=np.int32))
    again = spread(found, sparse.eye_array(12, dtype=np.float32).tocsr())
    np.testing.assert_array_equal(again.neighbors, found.neighbors)
    assert again.similarities == pytest.approx(found.similarities, abs=1e-6)


def test_equal_similarities_stand_in_the_order_of_rows():
    vectors = np.array([[1.0, 0], [1, 1], [1, 1], [1, 1]])
    found = spread(everybody(vectors), sparse.eye_array(4, dtype=np.float32).tocsr())
    assert found.neighbors.tolist() == [[0, 1, 2, 3], [1, 2, 3, 0], [2, 1, 3, 0], [3, 1, 2, 0]]
