import logging

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.retrieval.glove import glove_embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.systems import Source, System
from tfrecords.errors import DataError

TITLES = ["Tas Wanita tas", "tas pria", "SEPATU 42", ""]
VECTORS = "tas 1 0\nwanita 0 1\npria 1 1\nrumah 9 9\n"


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes, name: str = "vectors.txt") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


def test_a_title_is_the_mean_of_its_words(write):
    found = glove_embeddings(TITLES, write(VECTORS))
    expected = [[2 / 3, 1 / 3], [1, 1 / 2], [0, 0], [0, 0]]
    np.testing.assert_allclose(found.embeddings.vectors, expected, rtol=1e-6)
    assert found.embeddings.vectors.dtype == np.float32


def test_idf_weighs_rare_words_more(write):
    tas, rare = np.log(5 / 3) + 1, np.log(5 / 2) + 1  # of 4 titles 2 have tas
    found = glove_embeddings(TITLES, write(VECTORS), idf=True)
    first = np.array([2 * tas, rare]) / (2 * tas + rare)
    second = (tas * np.array([1, 0]) + rare * np.array([1, 1])) / (tas + rare)
    np.testing.assert_allclose(found.embeddings.vectors[:2], [first, second], rtol=1e-6)


def test_unknown_words_are_counted(write):
    titles = [*TITLES, "42 42 merah sepatu"]
    coverage = glove_embeddings(titles, write(VECTORS)).coverage
    assert (coverage.words, coverage.known_words) == (6, 3)
    assert (coverage.tokens, coverage.known_tokens) == (11, 5)
    assert coverage.lost_titles == 3
    assert coverage.unknown == (("42", 3), ("sepatu", 2), ("merah", 1))


def test_unknown_words_are_logged(write, caplog):
    caplog.set_level(logging.INFO)
    glove_embeddings(TITLES, write(VECTORS))
    assert "3 of the titles' 5 words (5 of 7 with repeats)" in caplog.text
    assert "titles without any: 2; unknown: 42 (1), sepatu (1)" in caplog.text


def test_a_catalogue_in_parts_logs_its_unknown_words_once(write, caplog):
    caplog.set_level(logging.INFO)
    ids = [f"p{row}" for row in range(len(TITLES))]
    source = Source(catalog_from_frame(pd.DataFrame({"posting_id": ids, "title": TITLES})))
    path = write(VECTORS)
    for rows in ([0, 1], [2, 3], [0, 1, 2, 3]):
        source.view(System((f"glove:{path}",)), np.array(rows, np.int32))
    (said,) = caplog.messages
    assert "3 of the titles' 5 words (5 of 7 with repeats); titles without any: 2" in said


def test_rows_are_those_given(write):
    found = glove_embeddings(TITLES, write(VECTORS), rows=np.array([1, 5, 6, 9]))
    assert found.embeddings.rows.tolist() == [1, 5, 6, 9]


def test_a_title_without_known_words_matches_only_itself(write):
    found = cosine_neighbors(glove_embeddings(TITLES, write(VECTORS)).embeddings, k=3)
    assert found.neighbors.tolist() == [[0, 1, -1], [1, 0, -1], [2, -1, -1], [3, -1, -1]]


@pytest.mark.faults
@pytest.mark.parametrize("titles", [["merah", "biru"], ["", "!"]])
@pytest.mark.parametrize("idf", [False, True])
def test_a_file_that_knows_no_word_is_warned_of(write, caplog, titles, idf):
    found = glove_embeddings(titles, write(VECTORS), idf=idf)
    np.testing.assert_array_equal(found.embeddings.vectors, np.zeros((2, 2)))
    assert "has 0 of the titles'" in caplog.text


@pytest.mark.parametrize(("titles", "rows"), [([], None), (["a"], np.array([1, 2]))])
def test_titles_and_rows_must_go_together(write, titles, rows):
    with pytest.raises(DataError, match="a row for each"):
        glove_embeddings(titles, write(VECTORS), rows=rows)
