import errno
import json
import os

import numpy as np
import pytest
from scipy import sparse

from shopee_tf.retrieval.embeddings import (
    Embeddings,
    load_embeddings,
    save_embeddings,
    take_rows,
)
from tfrecords.errors import DataError, IntegrityError, UsageError

IDS = "ab" * 32


def dense():
    vectors = np.random.default_rng(0).normal(size=(20, 8)).astype(np.float32)
    return Embeddings(np.arange(0, 40, 2, dtype=np.int32), vectors)


def sparse_ones():
    rows, vectors = dense()
    return Embeddings(rows, sparse.csr_matrix(np.where(vectors > 1, vectors, np.float32(0))))


def as_array(vectors):
    return vectors.toarray() if sparse.issparse(vectors) else vectors


@pytest.mark.parametrize("make", [dense, sparse_ones])
def test_a_folder_gives_back_what_was_saved(make, tmp_path):
    save_embeddings(make(), tmp_path / "e", ids_sha256=IDS, source={"run": "runs/é"})
    loaded = load_embeddings(tmp_path / "e", ids_sha256=IDS)
    np.testing.assert_array_equal(loaded.rows, make().rows)
    np.testing.assert_array_equal(as_array(loaded.vectors), as_array(make().vectors))
    assert loaded.rows.dtype == np.int32
    assert loaded.vectors.dtype == np.float32
    assert sparse.issparse(loaded.vectors) == sparse.issparse(make().vectors)


def test_the_manifest_says_what_made_the_vectors(tmp_path):
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="tfidf")
    manifest = json.loads((tmp_path / "e" / "embeddings.json").read_text())
    assert manifest["source"] == "tfidf"
    assert manifest["ids_sha256"] == IDS
    assert manifest["shape"] == [20, 8]


def test_saving_again_replaces_the_folder(tmp_path):
    save_embeddings(sparse_ones(), tmp_path / "e", ids_sha256=IDS, source="a")
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="b")
    assert os.listdir(tmp_path) == ["e"]
    assert not sparse.issparse(load_embeddings(tmp_path / "e").vectors)


@pytest.mark.faults
@pytest.mark.parametrize("there", ["run.json", "."], ids=["a run folder", "a file"])
def test_nothing_but_embeddings_is_replaced(tmp_path, there):
    place = tmp_path / "run"
    if there == ".":
        place.write_text("precious")
    else:
        place.mkdir()
        (place / there).write_text("precious")
    with pytest.raises(UsageError, match="holds other things"):
        save_embeddings(dense(), place, ids_sha256=IDS, source="x")
    assert (place / there if place.is_dir() else place).read_text() == "precious"


def test_a_failure_leaves_the_old_folder(tmp_path, monkeypatch):
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="a")

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match="No space"):
        save_embeddings(sparse_ones(), tmp_path / "e", ids_sha256=IDS, source="b")
    assert os.listdir(tmp_path) == ["e"]
    np.testing.assert_array_equal(load_embeddings(tmp_path / "e").vectors, dense().vectors)


@pytest.mark.faults
@pytest.mark.parametrize("make", [dense, sparse_ones])
def test_every_flipped_byte_is_found(make, tmp_path):
    save_embeddings(make(), tmp_path / "e", ids_sha256=IDS, source="x")
    paths = sorted((tmp_path / "e").iterdir())
    rng = np.random.default_rng(0)
    for _ in range(200):
        path = paths[rng.integers(len(paths))]
        intact = path.read_bytes()
        damaged = bytearray(intact)
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        with pytest.raises(IntegrityError):
            load_embeddings(tmp_path / "e")
        path.write_bytes(intact)
    load_embeddings(tmp_path / "e")


@pytest.mark.faults
@pytest.mark.parametrize("size", [0, 64, 200])
@pytest.mark.parametrize("name", ["vectors.npy", "rows.npy", "embeddings.json"])
def test_a_truncated_file_is_refused_by_name(name, size, tmp_path):
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="x")
    path = tmp_path / "e" / name
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(IntegrityError, match=name):
        load_embeddings(tmp_path / "e")


@pytest.mark.faults
@pytest.mark.parametrize("name", ["vectors.npy", "rows.npy", "embeddings.json"])
def test_a_missing_file_is_refused_by_name(name, tmp_path):
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="x")
    (tmp_path / "e" / name).unlink()
    with pytest.raises(IntegrityError, match=f"{name}: no such file"):
        load_embeddings(tmp_path / "e")


@pytest.mark.faults
def test_embeddings_of_another_catalogue_are_refused(tmp_path):
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="x")
    with pytest.raises(
        IntegrityError, match="another catalogue: posting ids abababababab, in this"
    ):
        load_embeddings(tmp_path / "e", ids_sha256="cd" * 32)


@pytest.mark.faults
def test_a_newer_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shopee_tf.retrieval.embeddings.FORMAT_VERSION", 2)
    save_embeddings(dense(), tmp_path / "e", ids_sha256=IDS, source="x")
    monkeypatch.undo()
    with pytest.raises(IntegrityError, match="format 2, this version reads 1"):
        load_embeddings(tmp_path / "e")


@pytest.mark.faults
def test_a_pickle_is_not_written(tmp_path):
    objects = Embeddings(np.arange(2, dtype=np.int32), np.array([["a"], [None]], object))
    with pytest.raises(ValueError, match="allow_pickle"):
        save_embeddings(objects, tmp_path / "e", ids_sha256=IDS, source="x")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("make", [dense, sparse_ones])
def test_take_rows_gives_them_in_ascending_order(make):
    taken = take_rows(make(), np.array([30, 4, 8]))
    assert taken.rows.tolist() == [4, 8, 30]
    expected = as_array(make().vectors)[[2, 4, 15]]
    np.testing.assert_array_equal(as_array(taken.vectors), expected)


@pytest.mark.parametrize("row", [-2, 5, 40])
def test_take_rows_refuses_a_row_without_an_embedding(row):
    with pytest.raises(DataError, match=f"no embedding for row {row}"):
        take_rows(dense(), np.array([4, row]))


def test_take_rows_counts_what_it_does_not_list():
    with pytest.raises(DataError, match="rows 1, 3, 5, 7, 9 and 2 more"):
        take_rows(dense(), np.arange(1, 14, 2))
