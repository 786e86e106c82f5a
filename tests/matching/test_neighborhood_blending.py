"""Rows as sums of the neighbours above a threshold, in stages."""

import functools

import numpy as np
import pytest

from shopee_tf.matching.neighborhood_blending import (
    blend_embeddings,
    blend_neighborhoods,
    blending_weights,
)
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors

SEARCH = functools.partial(cosine_neighbors, k=12, backend="numpy")


def embedded(seed: int) -> Embeddings:
    vectors = np.random.default_rng(seed).random((12, 5)).astype(np.float32) ** 3
    return Embeddings(np.arange(12, dtype=np.int32), vectors)


@pytest.mark.parametrize("thresholds", [(), (0.8,), (0.7, 0.9), (0.6, 0.8, 0.95)])
def test_without_vectors_a_complete_search_gives_what_vectors_give(thresholds):
    embeddings = embedded(len(thresholds))
    found = blend_neighborhoods(SEARCH(embeddings), thresholds=thresholds)
    expected = SEARCH(blend_embeddings(embeddings, SEARCH, thresholds=thresholds))
    # Rows that became one and the same may stand in any order.
    assert found.similarities == pytest.approx(expected.similarities, abs=1e-5)


def test_weights_are_the_similarities_from_the_threshold_on():
    two = Embeddings(np.arange(3), np.array([[1.0, 0], [4, 3], [0, 1]], np.float32))
    weights = blending_weights(cosine_neighbors(two, k=3, backend="numpy"), threshold=0.7)
    assert weights.toarray() == pytest.approx(np.array([[1, 0.8, 0], [0.8, 1, 0], [0, 0, 1]]))


def test_a_threshold_that_none_reaches_changes_nothing():
    found = SEARCH(embedded(3))
    blended = blend_neighborhoods(found, thresholds=[1.5])
    np.testing.assert_array_equal(blended.neighbors, found.neighbors)
    assert blended.similarities == pytest.approx(found.similarities, abs=1e-6)


def test_a_friend_of_a_friend_comes_closer():
    angles = np.array([0.0, 0.5, 1.0])
    fan = Embeddings(np.arange(3), np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32))
    blended = blend_neighborhoods(cosine_neighbors(fan, k=3, backend="numpy"), thresholds=[0.8])
    assert blended.similarities[0, blended.neighbors[0] == 2] > np.cos(1.0)
