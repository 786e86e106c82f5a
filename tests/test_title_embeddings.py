"""Titles that come later weigh what they would weigh if all had been counted at once."""

import numpy as np
import pytest

from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings
from shopee_tf.systems.title_embeddings import TitleEmbeddings

OLDER = ["Tas Wanita tas", "tas pria", "SEPATU 42", ""]
NEWER = ["sepatu xyz xyz", "", "xyz wanita"]  # what one title had alone, and what none had


def cosines(vectors):
    return (vectors @ vectors.T).toarray()


@pytest.mark.parametrize("older", [OLDER, ["", "!"]], ids=["some words", "no word"])
@pytest.mark.parametrize("system", TFIDF_SYSTEMS)
def test_a_title_that_comes_later_weighs_as_one_of_all(system, older):
    known = TitleEmbeddings(np.array(older, object), steps=[])
    known.count_terms([system])
    joined = known.joined(np.array(NEWER, object))
    found = joined.tfidf(system, np.arange(len(joined.titles), dtype=np.int32)).vectors
    expected = tfidf_embeddings([*older, *NEWER], **TFIDF_SYSTEMS[system]).vectors
    np.testing.assert_allclose(cosines(found), cosines(expected), atol=1e-6)


def test_titles_that_come_later_are_normalised_as_the_others():
    joined = TitleEmbeddings(np.array(["tas 2 kilogram"], object), steps=["units"]).joined(
        np.array(["teh 500 Gram"], object)
    )
    assert joined.normalized.tolist() == ["tas 2kg", "teh 500g"]
