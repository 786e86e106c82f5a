import numpy as np
import pytest

from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings
from tfrecords.errors import DataError

TITLES = ["Tas Wanita tas", "tas pria", "SEPATU 42", ""]


def weights(*, binary):
    # Of 4 titles: tas stands in 2, every other word in 1.
    tas, rare = np.log(5 / 3) + 1, np.log(5 / 2) + 1
    times = 1 if binary else 2
    first = np.array([times * tas, rare]) / np.hypot(times * tas, rare)
    second = np.array([tas, rare]) / np.hypot(tas, rare)
    return first, second


@pytest.mark.parametrize("binary", [False, True])
def test_the_similarity_of_two_titles_worked_by_hand(binary):
    first, second = weights(binary=binary)
    found = cosine_neighbors(tfidf_embeddings(TITLES, binary=binary), k=4)
    np.testing.assert_allclose(found.similarities[0, 1], first[0] * second[0], atol=1e-6)
    assert found.neighbors[0].tolist() == [0, 1, -1, -1]


def test_letters_and_digits_alone_make_words():
    found = cosine_neighbors(tfidf_embeddings(["a-b", "A 2", "2!"]), k=3)
    assert found.neighbors.tolist() == [[0, 1, -1], [1, 2, 0], [2, 1, -1]]


@pytest.mark.faults
@pytest.mark.parametrize("titles", [TITLES, ["", "!?", ""]])
def test_a_title_without_words_matches_only_itself(titles):
    found = cosine_neighbors(tfidf_embeddings(titles), k=2)
    assert found.neighbors[-1].tolist() == [len(titles) - 1, -1]


def test_runs_of_characters_see_through_a_typo():
    titles = ["sepatu", "sepattu", "tas"]
    words = cosine_neighbors(tfidf_embeddings(titles), k=2)
    characters = cosine_neighbors(tfidf_embeddings(titles, analyzer="char_wb", ngrams=(2, 4)), k=2)
    assert words.neighbors[0].tolist() == [0, -1]
    assert characters.neighbors[0].tolist() == [0, 1]


def test_rows_are_those_given():
    embeddings = tfidf_embeddings(TITLES, rows=np.array([1, 5, 6, 9]))
    assert embeddings.rows.tolist() == [1, 5, 6, 9]
    assert embeddings.vectors.dtype == np.float32


@pytest.mark.parametrize(("titles", "rows"), [([], None), (["a"], np.array([1, 2]))])
def test_titles_and_rows_must_go_together(titles, rows):
    with pytest.raises(DataError, match="a row for each"):
        tfidf_embeddings(titles, rows=rows)


# Of 2 titles: each term of "aa" stands in one, so all weigh the same; " aa aa " has the runs
# " a", "aa", "a ", " aa", "aa ", " aa " twice each.
@pytest.mark.parametrize(
    ("system", "terms", "heaviest"),
    [
        ("tfidf", 2, 2 / 5**0.5),
        ("idf", 2, 1 / 2**0.5),
        ("tfidf_chars", 9, 2 / 27**0.5),
        ("idf_chars", 9, 1 / 9**0.5),
        ("idf_shared", 0, 0),
        ("idf_chars_shared", 0, 0),
    ],
)
def test_the_weights_of_each_system(system, terms, heaviest):
    vectors = tfidf_embeddings(["aa aa b", "cc"], **TFIDF_SYSTEMS[system]).vectors
    assert vectors[0].nnz == terms
    np.testing.assert_allclose(vectors[0].max(), heaviest, rtol=1e-6)


def test_words_that_too_few_titles_have_do_not_count():
    titles = ["tas merah", "tas merah tua", "tas biru", "sepatu"]
    vectors = tfidf_embeddings(titles, min_titles=2).vectors
    similarities = (vectors @ vectors.T).toarray()
    assert similarities[0, 1] == pytest.approx(1.0)
    assert similarities[2].tolist() == pytest.approx([similarities[0, 2], similarities[0, 2], 1, 0])
    assert similarities[3, 3] == 0
