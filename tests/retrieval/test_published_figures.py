"""Figures published for the real catalogue, from its titles and hashes."""

import csv

import numpy as np
import pytest

from shopee_tf.retrieval.hamming import hamming_neighbors
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.tfidf import tfidf_embeddings

pytestmark = pytest.mark.real_data


@pytest.fixture
def postings(shared_data):
    with open(shared_data / "shopee" / "train.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def labels(postings):
    return np.array([posting["label_group"] for posting in postings])


def row_f1(neighbors, labels, threshold):
    """Mean over rows of 2|T and P| / (|T| + |P|), self in both, P the neighbours over the line."""
    _, label, count = np.unique(labels, return_inverse=True, return_counts=True)
    predicted = neighbors.similarities >= threshold
    right = predicted & (label[neighbors.neighbors] == label[:, None])
    return np.mean(2 * right.sum(axis=1) / (predicted.sum(axis=1) + count[label]))


def test_phash_at_distance_9(postings, labels):
    found = hamming_neighbors([posting["image_phash"] for posting in postings])
    assert row_f1(found, labels, -9) == pytest.approx(0.5967, abs=5e-4)


@pytest.mark.parametrize(("binary", "expected"), [(True, 0.6686), (False, 0.6576)])
def test_words_at_the_best_threshold(binary, expected, postings, labels):
    titles = [posting["title"] for posting in postings]
    found = cosine_neighbors(tfidf_embeddings(titles, binary=binary), k=50)
    figures = [row_f1(found, labels, threshold) for threshold in np.arange(0.4, 0.71, 0.05)]
    assert max(figures) == pytest.approx(expected, abs=1e-3)
