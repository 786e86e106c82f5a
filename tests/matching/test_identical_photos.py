"""Listings that share a photo share the mean of their titles."""

import numpy as np
import pytest

from shopee_tf.matching.identical_photos import (
    average_embeddings,
    average_neighbors,
    photo_weights,
)
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors

ROWS = np.arange(1, 21, 2, dtype=np.int32)
PHOTOS = [f"{row % 7}.jpg" if row % 5 else "" for row in range(21)]


def embedded(seed: int) -> Embeddings:
    return Embeddings(ROWS, np.random.default_rng(seed).random((10, 5)).astype(np.float32))


def test_the_mean_is_of_the_unit_vectors_of_a_photo():
    two = Embeddings(np.arange(3), np.array([[2.0, 0], [0, 3], [0, 1]], np.float32))
    mean = average_embeddings(two, ["a", "a", "b"]).vectors
    half = 0.5**0.5
    assert mean == pytest.approx(np.array([[half, half], [half, half], [0, 1]]))


@pytest.mark.parametrize("seed", range(3))
def test_without_vectors_a_complete_search_gives_what_vectors_give(seed):
    found = cosine_neighbors(embedded(seed), k=10, backend="numpy")
    averaged = average_neighbors(found, PHOTOS)
    again = cosine_neighbors(average_embeddings(embedded(seed), PHOTOS), k=10, backend="numpy")
    assert averaged.similarities == pytest.approx(again.similarities, abs=1e-5)


def test_listings_without_a_photo_share_none():
    assert photo_weights(np.array([0, 2, 3]), ["", "x", "", "x"]).toarray().tolist() == [
        [1, 0, 0], [0, 1, 0], [0, 0, 1],
    ]  # fmt: skip


def test_listings_of_one_photo_find_each_other_first():
    found = cosine_neighbors(embedded(4), k=10, backend="numpy")
    averaged = average_neighbors(found, ["same.jpg" if row in (3, 17) else "" for row in range(21)])
    assert averaged.neighbors[ROWS == 3, 1].tolist() == [17]
    assert averaged.similarities[ROWS == 17, 1] == pytest.approx(1)
