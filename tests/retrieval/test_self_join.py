import signal
import threading
import time

import numpy as np
import pytest

from shopee_tf.retrieval import self_join
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.self_join_codes import encode, encode_fine
from shopee_tf.retrieval.self_join_products import has_byte_products
from shopee_tf.retrieval.spaces import unit_rows

BITS = [
    16,
    pytest.param(
        8, marks=pytest.mark.skipif(not has_byte_products(), reason="no AVX-512 VNNI here")
    ),
]


def random_vectors(n=500, dim=40):
    return np.random.default_rng(0).normal(size=(n, dim))


def clustered_vectors(n=500, dim=40):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n // 3, dim))[rng.integers(0, n // 3, n)] + 0.3 * random_vectors(n, dim)


def sorted_clusters():
    # Neighbours stand side by side: what the first blocks hold says nothing of the others.
    centres = np.repeat(np.arange(1, 6), 200)[:, None] * np.eye(5, 40)[0]
    return centres + np.repeat(random_vectors(5), 200, axis=0) + 0.2 * random_vectors(1000)


def duplicated_vectors():
    return random_vectors(30)[np.random.default_rng(2).integers(0, 30, 500)]


def vectors_with_zeros():
    return random_vectors() * (np.arange(500) % 3 > 0)[:, None]


def nearly_equal_vectors():
    # More than a list holds are as near as 16 bits can tell.
    return 1.0 + 1e-6 * random_vectors()


def lopsided_vectors():
    # One component takes all the bits, so that codes tell little of the rest.
    return random_vectors() + 30.0 * np.eye(1, 40)


def signed_axes():
    return np.concatenate([np.eye(40), -np.eye(40), 2 * np.eye(40)])


MAKERS = [
    random_vectors,
    clustered_vectors,
    sorted_clusters,
    duplicated_vectors,
    vectors_with_zeros,
    nearly_equal_vectors,
    lopsided_vectors,
    signed_axes,
]


def embeddings_of(vectors):
    return Embeddings(np.arange(len(vectors), dtype=np.int32), vectors.astype(np.float32))


def assert_equal(found, expected):
    for ours, reference in zip(found, expected):
        np.testing.assert_array_equal(ours, reference)


@pytest.fixture(params=BITS)
def bits(request, monkeypatch):
    monkeypatch.setattr(
        "shopee_tf.retrieval.self_join_products.has_byte_products", lambda: request.param == 8
    )
    return request.param


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("k", [1, 20])
def test_the_join_equals_the_search_to_the_bit(make, k, bits):
    embeddings = embeddings_of(make())
    expected = cosine_neighbors(embeddings, k=k, backend="numpy")
    assert_equal(cosine_neighbors(embeddings, k=k), expected)


@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 47, 48, 49, 95, 96, 97, 385])
def test_sizes_around_the_edges_of_panels_and_blocks(n, bits):
    embeddings = embeddings_of(random_vectors(n))
    expected = cosine_neighbors(embeddings, k=min(n, 9), backend="numpy")
    assert_equal(cosine_neighbors(embeddings, k=min(n, 9)), expected)


@pytest.mark.parametrize("dim", [1, 2, 3, 5, 64, 3000])
def test_any_number_of_dimensions(dim, bits):
    embeddings = embeddings_of(clustered_vectors(200, dim))
    expected = cosine_neighbors(embeddings, k=12, backend="numpy")
    assert_equal(cosine_neighbors(embeddings, k=12), expected)


@pytest.mark.parametrize("block_size", [1, 48, 100, 10_000])
def test_blocks_change_nothing(block_size, bits):
    embeddings = embeddings_of(clustered_vectors())
    expected = cosine_neighbors(embeddings, k=20, backend="numpy")
    assert_equal(cosine_neighbors(embeddings, k=20, block_size=block_size), expected)


def test_all_rows_may_be_asked_in_any_order():
    embeddings = embeddings_of(clustered_vectors())
    queries = np.random.default_rng(3).permutation(500)
    expected = cosine_neighbors(embeddings, k=20, backend="numpy", queries=queries)
    assert_equal(cosine_neighbors(embeddings, k=20, queries=queries), expected)


@pytest.mark.parametrize("backend", ["auto", "faiss"])
@pytest.mark.parametrize("floor", [-1.0, 0.2, 0.9, 2.0])
def test_a_floor_filters_the_whole_result(floor, backend):
    embeddings = embeddings_of(clustered_vectors())
    rows, neighbors, similarities = cosine_neighbors(embeddings, k=20, backend="numpy")
    below = similarities < floor
    below[:, 0] = False
    neighbors[below], similarities[below] = -1, -np.inf
    found = cosine_neighbors(embeddings, k=20, floor=floor, backend=backend)
    assert_equal(found, (rows, neighbors, similarities))


def test_lines_that_rose_too_far_are_noticed(monkeypatch):
    embeddings = embeddings_of(random_vectors(3000))
    expected = cosine_neighbors(embeddings, k=60, backend="numpy")
    monkeypatch.setattr(self_join, "_MARGIN", -3.0)  # guesses far above the k-th best
    assert_equal(cosine_neighbors(embeddings, k=60), expected)


def test_a_join_that_guessed_well_is_made_once(monkeypatch):
    calls, once = [], self_join.settle
    monkeypatch.setattr(
        self_join, "settle", lambda *at, **how: calls.append(once(*at, **how)) or calls[-1]
    )
    cosine_neighbors(embeddings_of(random_vectors(3000)), k=60)
    assert calls == [0]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("bits", [8, 16])
def test_codes_give_dot_products_to_within_their_errors(make, bits):
    units, searchable = unit_rows(make().astype(np.float32))
    units = units[searchable]
    codes, n, per = encode(units, bits=bits), len(units), 32 // bits
    rounded = codes.right.transpose(0, 2, 1, 3).reshape(len(codes.steps), -1)[:n]
    assert codes.right.shape[3] == per
    rounded = rounded[:, : units.shape[1]] * codes.steps[:n, None].astype(np.float64)
    bound = codes.errors[:n, None] + codes.errors[None, :n]
    exact = units.astype(np.float64) @ units.T
    assert (np.abs(rounded @ rounded.T - exact) <= bound).all()


@pytest.mark.parametrize("make", MAKERS)
def test_fine_codes_give_dot_products_to_within_one_error(make):
    units, searchable = unit_rows(make().astype(np.float32))
    units = units[searchable]
    codes, steps, error = encode_fine(units)
    rounded = codes * steps[:, None].astype(np.float64)
    assert np.abs(rounded @ rounded.T - units.astype(np.float64) @ units.T).max() <= error


@pytest.fixture
def four_threads(monkeypatch):
    monkeypatch.setattr(self_join.os, "cpu_count", lambda: 4)


CHAIN = [(0, other) for other in range(100)]  # all share a block: one works, three wait


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_an_error_of_the_work_ends_all_threads(four_threads, error):
    def work(tile):
        time.sleep(0.01)
        if tile == (0, 5):
            raise error("at the sixth")

    with pytest.raises(error, match="at the sixth"):
        self_join._run(CHAIN, work, lambda done: None)


def test_an_error_of_progress_ends_all_threads(four_threads):
    def report(done):
        if done >= 5:
            raise ValueError(f"after {done}")

    with pytest.raises(ValueError, match="after 5"):
        self_join._run(CHAIN, lambda tile: time.sleep(0.01), report)


@pytest.fixture
def interruptible():
    """SIGINT raises, also where whoever started the tests ignores it, as shells do behind an &."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_of_the_caller_leaves_what_waits(four_threads, interruptible):
    worked = []

    def work(tile):
        worked.append(tile)
        if len(worked) == 9:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        self_join._run(CHAIN, work, lambda done: None)
    assert len(worked) < len(CHAIN)
