import numpy as np
import pytest
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from tfrecords.errors import IntegrityError


def counts(*, density, low=0, seed=0):
    """Vectors of small whole numbers: [300, 40], with ties, 71 equal rows and two of zeros."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(low, 3, size=(300, 40)) * (rng.random((300, 40)) < density)
    vectors[100:170] = vectors[99]
    vectors[[3, 200]] = 0
    return np.float32(vectors)


def embeddings_of(vectors):
    return Embeddings(np.arange(len(vectors), dtype=np.int32), sparse.csr_matrix(vectors))


def dense_neighbors(vectors, k):
    """All rows by dense search; those that share no term with the query are left out."""
    whole = cosine_neighbors(
        Embeddings(np.arange(len(vectors), dtype=np.int32), vectors), k=len(vectors)
    )
    shares = (np.float64(vectors != 0) @ np.float64(vectors != 0).T > 0) | np.eye(300, dtype=bool)
    neighbors = np.full((300, k), -1)
    similarities = np.full((300, k), -np.inf, np.float32)
    for row, (others, values) in enumerate(zip(whole.neighbors, whole.similarities)):
        kept = np.flatnonzero((others >= 0) & shares[row, others])[:k]
        neighbors[row, : len(kept)], similarities[row, : len(kept)] = others[kept], values[kept]
    return neighbors, similarities


# Where half of all rows have a term, the frequent ones are pruned; where few rows have any, not.
@pytest.mark.parametrize("frequent", [0, 1, 10, 128])
@pytest.mark.parametrize("low", [0, -2])
@pytest.mark.parametrize("density", [0.1, 0.6])
@pytest.mark.parametrize("k", [1, 7, 300])
def test_sparse_equals_dense_where_terms_are_shared(frequent, low, density, k, monkeypatch):
    monkeypatch.setattr("shopee_tf.retrieval.sparse._FREQUENT", frequent)
    vectors = counts(density=density, low=low)
    found = cosine_neighbors(embeddings_of(vectors), k=k)
    neighbors, similarities = dense_neighbors(vectors, k)
    np.testing.assert_array_equal(found.neighbors, neighbors)
    np.testing.assert_array_equal(found.similarities, similarities)


@pytest.mark.parametrize("block_size", [7, 2048])
@pytest.mark.parametrize("processors", [1, 3])
def test_neither_blocks_nor_threads_change_anything(block_size, processors, monkeypatch):
    embeddings = embeddings_of(counts(density=0.6))
    expected = cosine_neighbors(embeddings, k=9)
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    monkeypatch.setattr("shopee_tf.retrieval.sparse._QUERIES", 5)
    for ours, reference in zip(cosine_neighbors(embeddings, k=9, block_size=block_size), expected):
        np.testing.assert_array_equal(ours, reference)


def test_the_best_k_with_ties_by_row():
    found = cosine_neighbors(embeddings_of(counts(density=0.1)), k=7)
    assert found.neighbors[160].tolist() == [160, 99, 100, 101, 102, 103, 104]


def test_queries_search_among_all_rows_in_the_order_asked():
    vectors = sparse.csr_matrix(counts(density=0.6))
    embeddings = Embeddings(np.arange(300, dtype=np.int32) * 3, vectors)
    whole = cosine_neighbors(embeddings, k=9)
    some = cosine_neighbors(embeddings, k=9, queries=np.array([600, 3, 33]))
    assert some.rows.tolist() == [600, 3, 33]
    np.testing.assert_array_equal(some.neighbors, whole.neighbors[[200, 1, 11]])
    np.testing.assert_array_equal(some.similarities, whole.similarities[[200, 1, 11]])


def test_the_results_have_the_promised_types():
    found = cosine_neighbors(embeddings_of(counts(density=0.1)), k=3)
    assert [array.dtype for array in found] == [np.int32, np.int32, np.float32]


def test_progress_counts_up_to_all_queries():
    seen = []
    vectors = embeddings_of(counts(density=0.1))
    cosine_neighbors(vectors, k=3, block_size=128, progress=lambda *at: seen.append(at))
    assert seen == [(128, 300), (256, 300), (300, 300)]


def test_the_vectors_stay_as_they_were():
    matrix = sparse.csr_matrix((np.float32([1, 2, 0]), [1, 1, 0], [0, 2, 3]), shape=(2, 2))
    cosine_neighbors(Embeddings(np.arange(2, dtype=np.int32), matrix), k=2)
    assert matrix.data.tolist() == [1, 2, 0]


@pytest.mark.faults
def test_zero_vectors_match_only_themselves(caplog):
    found = cosine_neighbors(embeddings_of(np.float32([[0, 0], [1, 0], [0, 0]])), k=2)
    assert found.neighbors.tolist() == [[0, -1], [1, -1], [2, -1]]
    assert found.similarities[:, 0].tolist() == [1, 1, 1]
    assert "2 of 3 rows match only themselves" in caplog.text


@pytest.mark.faults
def test_a_bad_vector_is_refused_by_row():
    matrix = sparse.csr_matrix(np.float32([[1, 0], [0, np.nan]]))
    with pytest.raises(IntegrityError, match="row 9;"):
        cosine_neighbors(Embeddings(np.array([4, 9], np.int32), matrix), k=2)
