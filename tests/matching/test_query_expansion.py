"""Rows as weighted sums of their nearest neighbours."""

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.matching.query_expansion import (
    expand_embeddings,
    expand_neighbors,
    expansion_weights,
)
from shopee_tf.retrieval.embeddings import Embeddings, take_rows
from shopee_tf.retrieval.neighbors import cosine_neighbors
from tfrecords.errors import UsageError


def embedded(seed: int, *, n: int = 14) -> Embeddings:
    """Vectors with no negative component, on every third row."""
    vectors = np.random.default_rng(seed).random((n, 5)).astype(np.float32) ** 3
    return Embeddings(np.arange(0, 3 * n, 3, dtype=np.int32), vectors)


def search(embeddings: Embeddings, *, k: int = 14):
    return cosine_neighbors(embeddings, k=k, backend="numpy")


def assert_equal_neighbors(one, other):
    np.testing.assert_array_equal(one.neighbors, other.neighbors)
    assert one.similarities == pytest.approx(other.similarities, abs=1e-5)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("top", [1, 3, 14])
def test_without_vectors_a_complete_search_gives_what_vectors_give(top, alpha):
    embeddings = embedded(top)
    found = search(embeddings)
    again = search(expand_embeddings(embeddings, found, top=top, alpha=alpha))
    assert_equal_neighbors(expand_neighbors(found, top=top, alpha=alpha), again)


@pytest.mark.parametrize("seed", range(3))
def test_queries_alone_are_compared_with_rows_as_they_were(seed):
    embeddings = embedded(seed)
    units = embeddings.vectors / np.linalg.norm(embeddings.vectors, axis=1)[:, None]
    nearest = np.argsort(-units @ units.T, axis=1)[:, :3]
    sums = units[nearest].sum(axis=1)
    cosines = (sums / np.linalg.norm(sums, axis=1)[:, None]) @ units.T
    expanded = expand_neighbors(search(embeddings), top=3, augment=False)
    best = np.take_along_axis(cosines, expanded.neighbors // 3, axis=1)
    assert expanded.similarities[:, 1:] == pytest.approx(best[:, 1:], abs=1e-5)


def test_sparse_and_dense_vectors_are_expanded_alike():
    dense = embedded(5)
    found = search(dense)
    thin = Embeddings(dense.rows, sparse.csr_matrix(dense.vectors))
    expanded = expand_embeddings(thin, found, top=3, alpha=1)
    expected = expand_embeddings(dense, found, top=3, alpha=1)
    assert expanded.vectors.toarray() == pytest.approx(expected.vectors, abs=1e-6)


def test_a_top_of_one_changes_no_similarity():
    found = search(embedded(1), k=6)
    assert_equal_neighbors(expand_neighbors(found, top=1), found)


def test_alpha_is_the_power_of_a_similarity_that_is_its_weight():
    found = search(Embeddings(np.array([0, 1]), np.array([[1.0, 0], [3, 4]], np.float32)), k=2)
    assert expansion_weights(found, top=2, alpha=2).toarray() == pytest.approx(
        np.array([[1, 0.36], [0.36, 1]])
    )


def test_rows_without_an_embedding_are_left_out_of_the_sums():
    embeddings = embedded(2)
    some = take_rows(embeddings, embeddings.rows[::2])
    expanded = expand_embeddings(some, search(embeddings), top=4)
    np.testing.assert_array_equal(expanded.rows, some.rows)
    assert np.linalg.norm(expanded.vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_an_embedding_without_neighbors_is_refused():
    embeddings = embedded(2)
    found = search(take_rows(embeddings, embeddings.rows[:5]), k=5)
    with pytest.raises(UsageError, match="search from all of them"):
        expand_embeddings(embeddings, found, top=2)


@pytest.mark.parametrize("wrong", [{"top": 0, "alpha": 1}, {"top": 2, "alpha": -1}])
def test_sums_of_nothing_and_negative_powers_are_refused(wrong):
    with pytest.raises(UsageError, match="top of at least 1 and alpha of at least 0"):
        expand_neighbors(search(embedded(0)), **wrong)
