import logging

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors, euclidean_neighbors
from tfrecords.errors import DataError, IntegrityError, UsageError

BACKENDS = ["numpy", "faiss", "tensorflow"]
SEARCHES = [cosine_neighbors, euclidean_neighbors]


def embeddings_of(vectors, rows=None):
    rows = np.arange(len(vectors)) if rows is None else rows
    return Embeddings(np.asarray(rows, np.int32), np.asarray(vectors, np.float32))


def random_vectors(seed=0):
    return np.random.default_rng(seed).normal(size=(300, 24))


def clustered_vectors(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(40, 24))[rng.integers(0, 40, 300)] + 0.1 * rng.normal(size=(300, 24))


def duplicated_vectors(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(30, 24))[rng.integers(0, 30, 300) * rng.integers(0, 2, 300)]


def nearly_equal_vectors(seed=0):
    # Closer to each other than float32 can tell in a dot product: no backend ranks them rightly.
    rng = np.random.default_rng(seed)
    return 1.0 + 1e-6 * rng.normal(size=(300, 24))


def lattice_vectors(seed=0):
    # Full of points that are equally far without being equal.
    return np.random.default_rng(seed).integers(-1, 2, size=(300, 4)) + [3, 0, 0, 0]


def far_apart_vectors(seed=0):
    # Two tight clusters: |a|^2 + |b|^2 - 2ab loses their inner distances, even in float64.
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], size=(300, 1)) * (1.0 + 2e-7 * rng.normal(size=(300, 24)))


VECTORS = [
    far_apart_vectors,
    random_vectors,
    clustered_vectors,
    duplicated_vectors,
    nearly_equal_vectors,
    lattice_vectors,
]


def argsorted(similarities, k):
    """Self first, then by similarity descending, ties by row, over a matrix [n, n]."""
    similarities = similarities.copy()
    np.fill_diagonal(similarities, np.inf)
    return np.argsort(-similarities, axis=1, kind="stable")[:, :k]


def cosines(vectors):
    units = np.float32(vectors).astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    return np.array([[np.sum(a * b) for b in units] for a in units])


def distances(vectors):
    vectors = np.float32(vectors).astype(np.float64)
    return np.array([[np.sqrt(np.sum((a - b) ** 2)) for b in vectors] for a in vectors])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("make", [random_vectors, clustered_vectors, duplicated_vectors])
def test_cosine_equals_argsort(make, backend):
    expected = cosines(make())
    found = cosine_neighbors(embeddings_of(make()), k=20, backend=backend)
    np.testing.assert_array_equal(found.neighbors, argsorted(expected, 20))
    np.testing.assert_allclose(
        found.similarities, np.take_along_axis(expected, found.neighbors, 1), atol=2e-7
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "make",
    [random_vectors, clustered_vectors, duplicated_vectors, lattice_vectors, far_apart_vectors],
)
def test_euclidean_equals_argsort(make, backend):
    expected = -distances(make())
    found = euclidean_neighbors(embeddings_of(make()), k=20, backend=backend)
    np.testing.assert_array_equal(found.neighbors, argsorted(expected, 20))
    np.testing.assert_allclose(
        found.similarities, np.take_along_axis(expected, found.neighbors, 1), rtol=1e-6
    )


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("make", VECTORS)
@pytest.mark.parametrize("backend", ["faiss", "tensorflow"])
@pytest.mark.parametrize("block_size", [7, 2048])
def test_backends_and_blocks_agree_to_the_bit(search, make, backend, block_size):
    embeddings = embeddings_of(make())
    expected = search(embeddings, k=20, backend="numpy")
    found = search(embeddings, k=20, backend=backend, block_size=block_size)
    for ours, reference in zip(found, expected):
        np.testing.assert_array_equal(ours, reference)


@pytest.mark.parametrize("search", SEARCHES)
def test_threads_change_nothing(search, monkeypatch):
    embeddings = embeddings_of(nearly_equal_vectors())
    expected = search(embeddings, k=20)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    for ours, reference in zip(search(embeddings, k=20), expected):
        np.testing.assert_array_equal(ours, reference)


@pytest.mark.faults
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_identical_vectors_give_self_then_the_lowest_rows(search, backend):
    found = search(embeddings_of(np.ones((50, 8))), k=5, backend=backend)
    for row in range(50):
        others = [other for other in range(6) if other != row][:4]
        assert found.neighbors[row].tolist() == [row, *others]


@pytest.mark.parametrize("backend", BACKENDS)
def test_queries_search_among_all_rows_in_the_order_asked(backend):
    embeddings = embeddings_of(clustered_vectors(), rows=np.arange(300) * 3)
    whole = cosine_neighbors(embeddings, k=9, backend="numpy")
    some = cosine_neighbors(embeddings, k=9, backend=backend, queries=np.array([600, 3, 33]))
    assert some.rows.tolist() == [600, 3, 33]
    np.testing.assert_array_equal(some.neighbors, whole.neighbors[[200, 1, 11]])
    np.testing.assert_array_equal(some.similarities, whole.similarities[[200, 1, 11]])


def test_the_results_have_the_promised_types():
    found = cosine_neighbors(embeddings_of(random_vectors()), k=3)
    assert [array.dtype for array in found] == [np.int32, np.int32, np.float32]
    assert [array.shape for array in found] == [(300,), (300, 3), (300, 3)]


@pytest.mark.parametrize("search", SEARCHES)
def test_k_of_one_is_the_row_itself(search):
    found = search(embeddings_of(duplicated_vectors()), k=1)
    np.testing.assert_array_equal(found.neighbors[:, 0], found.rows)


@pytest.mark.faults
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_k_beyond_n_is_lowered_with_a_warning(search, backend, caplog):
    found = search(embeddings_of([[1, 0], [1, 1], [0, 1]]), k=50, backend=backend)
    assert found.neighbors.tolist() == [[0, 1, 2], [1, 0, 2], [2, 1, 0]]
    assert "k lowered from 50 to 3" in caplog.text


@pytest.mark.faults
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_one_row_matches_itself(search, backend):
    found = search(embeddings_of([[3, 4]], rows=[7]), k=1, backend=backend)
    assert found.neighbors.tolist() == [[7]]


@pytest.mark.faults
@pytest.mark.parametrize("search", SEARCHES)
def test_no_rows_is_refused(search):
    with pytest.raises(DataError, match="0 rows"):
        search(embeddings_of(np.empty((0, 4))))


@pytest.mark.faults
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_bad_vector_is_refused_by_name(search, value):
    vectors = random_vectors()
    vectors[4, 3] = value
    with pytest.raises(IntegrityError, match=r"NaN or infinity: row 4 \(id4\);"):
        search(embeddings_of(vectors), posting_ids=[f"id{row}" for row in range(300)])


@pytest.mark.faults
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_zero_vector_matches_only_itself(backend, caplog):
    caplog.set_level(logging.WARNING)
    embeddings = embeddings_of([[1, 0], [0, 0], [0, 1], [0, 0]])
    found = cosine_neighbors(embeddings, k=4, backend=backend)
    nothing = -np.inf
    assert found.neighbors.tolist() == [[0, 2, -1, -1], [1, -1, -1, -1], [2, 0, -1, -1]] + [
        [3, -1, -1, -1]
    ]
    assert found.similarities[1].tolist() == [1.0, nothing, nothing, nothing]
    assert "2 of 4 rows match only themselves" in caplog.text


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_but_zero_vectors(backend):
    found = cosine_neighbors(embeddings_of(np.zeros((3, 2))), k=2, backend=backend)
    assert found.neighbors.tolist() == [[0, -1], [1, -1], [2, -1]]


def test_a_zero_vector_is_a_point_to_euclid():
    found = euclidean_neighbors(embeddings_of([[0, 0], [3, 4]]), k=2)
    assert found.similarities.tolist() == [[0.0, -5.0], [0.0, -5.0]]


@pytest.mark.parametrize("scale", [1e-30, 1e30])
@pytest.mark.parametrize("backend", BACKENDS)
def test_euclid_bears_numbers_whose_squares_float32_cannot_hold(scale, backend):
    found = euclidean_neighbors(embeddings_of(random_vectors() * scale), k=5, backend=backend)
    expected = argsorted(-distances(random_vectors() * scale), 5)
    np.testing.assert_array_equal(found.neighbors, expected)


@pytest.mark.parametrize("k", [0, -3])
def test_k_below_one_is_refused(k):
    with pytest.raises(UsageError, match=f"received {k}"):
        cosine_neighbors(embeddings_of(random_vectors()), k=k)


def test_a_query_without_an_embedding_is_refused():
    with pytest.raises(DataError, match="no embedding for row 300"):
        cosine_neighbors(embeddings_of(random_vectors()), queries=np.array([5, 300]))


@pytest.mark.parametrize("rows", [[0, 0, 1], [2, 1, 3], [-1, 0, 1]])
def test_rows_out_of_order_are_refused(rows):
    with pytest.raises(DataError, match="ascending"):
        cosine_neighbors(embeddings_of(np.eye(3), rows=rows))


def test_progress_counts_up_to_all_rows():
    seen = []
    cosine_neighbors(
        embeddings_of(duplicated_vectors()), block_size=5, progress=lambda *at: seen.append(at)
    )
    assert seen == sorted(seen)
    assert seen[-1] == (300, 300)


def test_euclid_refuses_sparse_vectors():
    with pytest.raises(UsageError, match="dense"):
        euclidean_neighbors(Embeddings(np.arange(2, dtype=np.int32), sparse.eye(2).tocsr()))
