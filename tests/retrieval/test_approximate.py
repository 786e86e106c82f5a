import numpy as np
import pytest
from scipy import sparse

from shopee_tf.retrieval.approximate import ask_neighbors, share_pairs
from shopee_tf.retrieval.approximate_indexes import num_lists
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.pair_recall import pair_recall
from tfrecords.errors import UsageError

INDEXES = ["ivf", "hnsw"]


def products(rows=3000, dim=32, seed=0):
    """Vectors of three to a product, some identical, one zero; rows are not positions."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows // 3, dim))[rng.integers(0, rows // 3, rows)]
    vectors += 0.3 * rng.normal(size=(rows, dim))
    vectors[100:140] = vectors[99]
    vectors[7] = 0
    return Embeddings(np.arange(0, 2 * rows, 2, dtype=np.int32), vectors.astype(np.float32))


@pytest.mark.parametrize("index", INDEXES)
def test_pairs_of_products_are_found(index):
    exact = cosine_neighbors(products(), k=20)
    found = cosine_neighbors(products(), k=20, index=index)
    assert pair_recall(found, exact, 0.7) >= 0.999


@pytest.mark.parametrize("index", INDEXES)
def test_what_is_found_has_the_similarities_of_the_exact_search(index):
    exact = cosine_neighbors(products(), k=3000)
    found = cosine_neighbors(products(), k=10, index=index)
    for row in (0, 7, 99, 500):
        known = dict(zip(exact.neighbors[row].tolist(), exact.similarities[row]))
        there = found.neighbors[row] >= 0
        expected = [known[other] for other in found.neighbors[row][there].tolist()]
        np.testing.assert_array_equal(found.similarities[row][there], expected)


@pytest.mark.parametrize("index", INDEXES)
def test_the_order_is_that_of_all_neighbors(index):
    rows, neighbors, similarities = cosine_neighbors(products(), k=45, index=index)
    np.testing.assert_array_equal(neighbors[:, 0], rows)
    before, after = similarities[:, 1:-1], similarities[:, 2:]
    tied = (before == after) & (neighbors[:, 2:] >= 0)
    assert ((before > after) | (before == after)).all()
    assert (neighbors[:, 1:-1] < neighbors[:, 2:])[tied].all()


@pytest.mark.parametrize("index", INDEXES)
def test_identical_vectors_find_each_other_and_a_zero_vector_itself_alone(index):
    found = cosine_neighbors(products(), k=45, index=index)
    same = list(range(2 * 99, 2 * 140, 2))
    for row in (99, 120, 139):
        assert found.neighbors[row, :41].tolist() == [2 * row, *(s for s in same if s != 2 * row)]
    assert found.neighbors[7].tolist() == [14] + [-1] * 44
    assert not (found.neighbors[np.arange(3000) != 7] == 14).any()


@pytest.mark.parametrize("index", INDEXES)
def test_two_searches_find_the_same(index):
    once, again = (cosine_neighbors(products(), k=10, index=index) for _ in range(2))
    for ours, theirs in zip(once, again):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("index", INDEXES)
def test_queries_come_back_in_the_order_asked(index):
    queries = np.array([198, 14, 4000, 198])
    found = cosine_neighbors(products(), k=5, queries=queries, index=index)
    assert found.rows.tolist() == found.neighbors[:, 0].tolist() == queries.tolist()
    np.testing.assert_array_equal(found.neighbors[0], found.neighbors[3])


@pytest.mark.parametrize("index", INDEXES)
@pytest.mark.parametrize("vectors", [np.zeros((4, 3)), np.eye(2, 3), np.ones((1, 3))])
def test_a_catalogue_may_be_tiny_or_all_zeros(index, vectors):
    embeddings = Embeddings(np.arange(len(vectors), dtype=np.int32), vectors.astype(np.float32))
    for ours, exact in zip(
        cosine_neighbors(embeddings, k=len(vectors), index=index),
        cosine_neighbors(embeddings, k=len(vectors)),
    ):
        np.testing.assert_array_equal(ours, exact)


def test_a_pair_found_from_one_side_is_told_to_the_other():
    missed = -1, -np.inf
    neighbors = np.int32([[4, 9, 6], [6, missed[0], missed[0]], [9, 8, 4]])
    similarities = np.float32([[1, 0.9, 0.5], [1, *[missed[1]] * 2], [1, 0.95, 0.9]])
    _, found, values = share_pairs(np.int32([4, 6, 9]), neighbors, similarities)
    assert found.tolist() == [[4, 9, 6], [6, 4, -1], [9, 8, 4]]
    np.testing.assert_array_equal(values[1], np.float32([1, 0.5, -np.inf]))


def test_of_equal_pairs_the_lower_row_is_kept():
    neighbors = np.int32([[0, 2], [1, 2], [2, 5]])
    similarities = np.float32([[1, 0.5]] * 3)
    _, found, _ = share_pairs(np.int32([0, 1, 2]), neighbors, similarities)
    assert found.tolist() == [[0, 2], [1, 2], [2, 0]]


def test_a_neighbour_of_a_neighbour_is_scored():
    points = np.float32([[1, 0], [0.75, 0.5], [0.5, 0.75], [-1, 0]])
    # 0 found 1, and 1 found 2: the product, 0.75 x 0.75, is above the end of the list of 0.
    neighbors = np.int32([[0, 1, 3], [1, 0, 2], [2, 1, 3]])
    similarities = np.float32([[1, 0.75, -1], [1, 0.75, 0.75], [1, 0.75, -0.5]])
    _, found, values = ask_neighbors(
        np.int32([0, 1, 2]), neighbors, similarities, point=np.arange(4), points=points
    )
    assert found.tolist() == [[0, 1, 2], [1, 0, 2], [2, 1, 0]]
    np.testing.assert_array_equal(values, np.float32([[1, 0.75, 0.5], [1, 0.75, 0.75]] * 2)[:3])


def test_a_neighbour_that_is_no_query_has_no_list_to_ask_for():
    neighbors, similarities = np.int32([[5, 7, -1]]), np.float32([[1, 0.75, -np.inf]])
    asked = ask_neighbors(
        np.int32([5]), neighbors, similarities, point=np.zeros(8, int), points=np.float32([[1]])
    )
    np.testing.assert_array_equal(asked[1], neighbors)


@pytest.mark.parametrize(("points", "lists"), [(1, 1), (100, 60), (250_000, 3000)])
def test_lists_grow_with_the_root_of_the_points(points, lists):
    assert num_lists(points) == lists


@pytest.mark.faults
def test_an_unknown_index_is_refused():
    with pytest.raises(UsageError, match="exact or one of cagra, hnsw, ivf, received 'annoy'"):
        cosine_neighbors(products(), index="annoy")


@pytest.mark.faults
@pytest.mark.parametrize(("index", "backend"), [("hnsw", "cuml"), ("cagra", "faiss")])
def test_an_index_that_a_backend_lacks_is_refused(index, backend):
    with pytest.raises(UsageError, match=f"index '{index}' needs the backend auto or"):
        cosine_neighbors(products(), index=index, backend=backend)


@pytest.mark.faults
def test_sparse_vectors_are_searched_exactly():
    embeddings = Embeddings(np.arange(2, dtype=np.int32), sparse.csr_matrix(np.eye(2)))
    with pytest.raises(UsageError, match="sparse vectors are searched exactly"):
        cosine_neighbors(embeddings, index="ivf")
