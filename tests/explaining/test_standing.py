"""Where a pair stands in the eyes of one system: by hand, on four listings."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.explaining.standing import Standing, open_system, similarity_of, standing
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.systems import Part, Source, System
from shopee_tf.systems.views import EuclideanView, HashView

# From 0000 the hashes differ in 1, 3 and 6 bits; from 0001 in 2 and 5, 0007 from 003f in 3.
HASHES = ["0000", "0001", "0007", "003f", ""]
TITLES = ["tas kulit", "tas kulit", "tas kain", "topi", "sabun"]
ROWS = np.arange(5, dtype=np.int32)


def opened(name, *, k=50):
    table = {
        "posting_id": list("abcde"),
        "title": TITLES,
        "image_phash": [text and text.rjust(16, "0") for text in HASHES],
    }
    part = Part(Source(catalog_from_frame(pd.DataFrame(table))), candidates=ROWS, queries=ROWS, k=k)
    return open_system(System((name,)), part, name=name)


def test_hashes_by_distance_ranks_and_percentile():
    # Distances of the six pairs: 1, 2, 3, 3, 5, 6; four are no less than 3.
    found = standing(opened("phash"), 0, 2)
    assert found == Standing("phash", 1 - 3 / 32, 3.0, 100 * 4 / 6, 2, 2)


def test_ranks_differ_by_direction():
    # Nearest to c is b (2), then a and d (3 each, a first); nearest to d is c, then b, then a.
    found = standing(opened("phash"), 3, 2)
    assert (found.rank, found.rank_back) == (1, 3)


def test_the_most_alike_pair_is_at_the_top():
    assert standing(opened("phash"), 0, 1).percentile == 100.0


def test_equal_hashes_have_a_distance_of_zero():
    found = standing(opened("phash")._replace(view=HashView(ROWS, ["0" * 16] * 5)), 0, 1)
    assert (found.similarity, f"{found.distance:g}") == (1.0, "0")


def test_a_listing_without_a_hash_is_not_compared():
    assert standing(opened("phash"), 0, 4) == Standing("phash", None, None, None, None, None)


def test_cosines_of_titles():
    # idf: tas in 3 of 5 titles weighs 1 + ln(6 / 4), kulit and kain in 2 and 1.
    tas, kulit, kain = (1 + np.log(6 / (1 + count)) for count in (3, 2, 1))
    cosine = tas * tas / np.hypot(tas, kulit) / np.hypot(tas, kain)
    found = standing(opened("tfidf"), 0, 2)
    assert found.similarity == pytest.approx(cosine, abs=1e-6)
    assert found.distance is None
    assert (found.rank, found.rank_back) == (2, 1)
    assert standing(opened("tfidf"), 0, 1).percentile == 100.0


def test_a_pair_that_was_not_found_has_no_rank_and_a_similarity():
    # Two neighbours with the listing itself: a finds b only, and d finds c only.
    found = standing(opened("phash", k=2), 0, 3)
    assert (found.distance, found.rank, found.rank_back) == (6.0, None, None)
    assert found.percentile == 0.0


def test_a_pair_that_one_side_found_counts_once():
    # With one neighbour each: a-b found twice, c-b and d-c once. Distances 1, 2, 3.
    assert opened("phash", k=2).found.tolist() == [-3.0, -2.0, -1.0]


def test_euclidean_distances():
    vectors = np.array([[0, 0], [3, 4]], np.float32)
    view = EuclideanView(Embeddings(np.array([2, 5], np.int32), vectors))
    assert similarity_of(view, 5, 2) == -5.0
    assert similarity_of(view, 2, 3) is None
