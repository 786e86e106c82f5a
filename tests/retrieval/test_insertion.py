"""A row inserted stands where a search of all rows puts it."""

import numpy as np
import pytest

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.hamming import hamming_neighbors
from shopee_tf.retrieval.insertion import insert_row, takers
from shopee_tf.retrieval.neighbors import cosine_neighbors

N = 60


def cosines(rows, *, k, queries=None):
    vectors = np.random.default_rng(0).normal(size=(N + 1, 3)).astype(np.float32)
    vectors[[7, N]] = vectors[3]  # equals, the new row among them
    vectors[9] = 0
    return cosine_neighbors(Embeddings(rows, vectors[rows]), k=k, queries=queries)


def hashes(rows, *, k, queries=None):
    bits = np.random.default_rng(0).integers(0, 2**6, N + 1)
    texts = [f"{bit:016x}" for bit in bits]
    return hamming_neighbors(
        [texts[row] for row in rows], rows=rows, queries=rows if queries is None else queries,
        k=k, max_distance=2,
    )  # fmt: skip


@pytest.mark.parametrize("search", [cosines, hashes])
@pytest.mark.parametrize("k", [5, N + 1])
def test_inserted_equals_searched(search, k):
    rows = np.arange(N + 1, dtype=np.int32)
    lists = search(rows[:-1], k=min(k, N))
    new = search(rows, k=N + 1, queries=rows[-1:])
    found = insert_row(lists, new, rows=rows[:-1], k=k)
    for one, other in zip(found, search(rows, k=k), strict=True):
        np.testing.assert_array_equal(one, other)


def test_of_some_rows_the_others_leave_gaps():
    rows = np.arange(N + 1, dtype=np.int32)
    lists, new = cosines(rows[:-1], k=5), cosines(rows, k=N + 1, queries=rows[-1:])
    found = insert_row(lists, new, rows=np.arange(0, N, 2, dtype=np.int32), k=5)
    whole = cosines(rows, k=5).neighbors[::2]
    np.testing.assert_array_equal(found.neighbors, np.where(whole % 2 == 0, whole // 2, -1))
    np.testing.assert_array_equal(found.similarities == -np.inf, found.neighbors < 0)


def test_below_the_floor_no_row_takes_it():
    rows = np.arange(N + 1, dtype=np.int32)
    lists, new = cosines(rows[:-1], k=5), cosines(rows, k=N + 1, queries=rows[-1:])
    taken = takers(lists, new, k=5)
    least = float(np.median(taken[np.isfinite(taken)]))
    assert (takers(lists, new, k=5, floor=least) >= least).sum() == (taken >= least).sum()
    assert not (takers(lists, new, k=5, floor=least) > -np.inf)[taken < least].any()
