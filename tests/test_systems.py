"""Systems that need no training, and what is said where they cannot run."""

import itertools

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.glove import glove_embeddings
from shopee_tf.retrieval.word_vectors import read_word_vectors
from shopee_tf.systems import Part, Source, System, read_runs
from shopee_tf.systems.views import EmbeddingView, concatenate
from tfrecords.errors import DataError, IntegrityError, UsageError

FRAME = pd.DataFrame(
    {
        "posting_id": ["a", "b", "c", "d"],
        "image_phash": ["00000000000000ff", "00000000000000fe", "ffffffff00000000", ""],
        "title": ["red shoe 40", "shoe red 40", "blue bag", ""],
        "label_group": ["1", "1", "2", "3"],
    }
)
ROWS = np.arange(4, dtype=np.int32)
NAMES = [("tfidf",), ("tfidf_chars",), ("tfidf", "tfidf_chars")]


def neighbors(name, frame=FRAME, *, candidates=ROWS, queries=ROWS):
    source = Source(catalog_from_frame(frame))
    return Part(source, candidates=candidates, queries=queries, k=4).neighbors(System((name,)))


@pytest.mark.parametrize("name", ["phash", "tfidf", "idf", "tfidf_chars", "idf_chars"])
def test_the_same_product_comes_first(name):
    found = neighbors(name)
    np.testing.assert_array_equal(found.neighbors[:2, :2], [[0, 1], [1, 0]])


@pytest.mark.parametrize("name", ["phash", "tfidf"])
def test_a_listing_without_hash_or_title_finds_only_itself(name):
    np.testing.assert_array_equal(neighbors(name).neighbors[3], [3, -1, -1, -1])


def test_hash_similarity_is_minus_the_distance():
    assert neighbors("phash").similarities[0, 1] == -1


def test_only_candidates_are_found():
    found = neighbors("tfidf", candidates=ROWS[1:], queries=ROWS[1:2])
    assert set(found.neighbors.ravel()) <= {-1, 1, 2, 3}


def test_a_column_that_is_absent_is_named():
    with pytest.raises(DataError, match="image_phash"):
        neighbors("phash", FRAME.drop(columns="image_phash"))


def test_no_hashes_and_no_photos_to_make_them_of(tmp_path):
    source = Source(catalog_from_frame(FRAME.drop(columns="image_phash")), images=str(tmp_path))
    with pytest.raises(DataError, match="no column image_phash"):
        source.view(System(("phash",)), ROWS)


def test_a_folder_of_photos_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such folder of photos"):
        Source(catalog_from_frame(FRAME), images=str(tmp_path / "none"))


def test_a_system_that_does_not_exist():
    with pytest.raises(UsageError, match="runs/none: no such folder and no system; give phash"):
        read_runs(["phash", "runs/none"])


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(IntegrityError, match=r"run\.json"):
        read_runs([str(tmp_path)])


# Of the 4 titles 2 have "susu", 1 each "0", "25kg", "250" and "gr"; smoothed IDF.
_SHARED, _OWN = (1 + np.log(5 / (1 + count)) for count in (2, 1))
_RAW = _SHARED**2 / (_SHARED**2 + 2 * _OWN**2)


@pytest.mark.parametrize(("steps", "expected"), [((), _RAW), (("units",), 1.0)])
def test_title_steps_change_what_untrained_systems_see(steps, expected):
    frame = FRAME.assign(title=["susu 0.25kg", "susu 250 gr", "a", "b"])
    source = Source(catalog_from_frame(frame), title_steps=steps)
    similarity = source.view(System(("tfidf",)), ROWS).similarities(ROWS[:1], ROWS[None, 1:2])
    assert similarity.item() == pytest.approx(expected, rel=1e-6)


def test_a_title_step_that_does_not_exist():
    with pytest.raises(UsageError, match="title step 'shout'"):
        Source(catalog_from_frame(FRAME), title_steps=["shout"])


def test_concatenated_embeddings_have_the_mean_of_the_cosines():
    views = [Source(catalog_from_frame(FRAME)).view(System(n), ROWS) for n in NAMES]
    words, characters, both = (view.similarities(ROWS, np.tile(ROWS, (4, 1))) for view in views)
    np.testing.assert_allclose(both, (words + characters) / 2, atol=1e-7)


def test_what_a_member_lacks_makes_a_listing_less_like_others():
    both = EmbeddingView(Embeddings(ROWS[:2], np.float32([[1, 0], [4, 3]])))
    one = EmbeddingView(Embeddings(ROWS[1:2], np.float32([[5]])))
    similarity = concatenate([both, one]).similarities(ROWS[:1], ROWS[None, 1:2])
    assert similarity.item() == pytest.approx(0.8 / np.sqrt(1 * 2))


def test_dense_embeddings_are_not_concatenated_with_sparse_ones(tmp_path):
    (tmp_path / "vectors.txt").write_text("red 1 0\nshoe 0 1\n")
    source = Source(catalog_from_frame(FRAME))
    with pytest.raises(UsageError, match="join the one with the other by ~"):
        source.view(System(("tfidf", f"glove:{tmp_path / 'vectors.txt'}")), ROWS)


@pytest.mark.parametrize("name", ["glove", "glove_idf"])
def test_word_vectors_are_a_system(tmp_path, name):
    (tmp_path / "vectors.txt").write_text("red 1 0\nblue 0 1\n")
    found = neighbors(f"{name}:{tmp_path / 'vectors.txt'}")
    np.testing.assert_array_equal(found.neighbors[:, 1], [1, 0, 0, -1])


def test_a_file_of_word_vectors_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "vectors.txt"
    path.write_text("bag 3 1\nred 1 0\nblue 0 1\nshoe 1 2\n")
    source, read = Source(catalog_from_frame(FRAME)), []
    monkeypatch.setattr("shopee_tf.systems.title_embeddings.read_word_vectors", counting(read))
    for name, rows in itertools.product(["glove", "glove_idf"], [ROWS[:2], ROWS[1:], ROWS]):
        view = source.view(System((f"{name}:{path}",)), rows)
        titles = FRAME["title"].to_numpy()[rows]
        alone = glove_embeddings(titles, str(path), rows=rows, idf=name == "glove_idf")
        np.testing.assert_array_equal(view.embeddings.vectors, alone.embeddings.vectors)
    assert read == [str(path)]


def counting(read):
    def reader(path, words, *, progress):
        read.append(path)
        return read_word_vectors(path, words, progress=progress)

    return reader


def test_a_hash_counts_in_sums_as_the_cosine_of_its_bits():
    view = Source(catalog_from_frame(FRAME)).view(System(("phash",)), ROWS)
    similarity = view.similarities(ROWS[:1], np.array([[1, 2, 3, -1]], np.int32))
    np.testing.assert_allclose(similarity, [[1 - 2 / 64, 1 - 2 * 40 / 64, 0, 0]])
