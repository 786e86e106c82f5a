"""Embeddings of a run: each listing encoded once, and not before it is asked for."""

import pathlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from shopee_tf import encoding
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.encoding import embed_catalog
from shopee_tf.evaluation.protocol import whole
from shopee_tf.evaluation.scoring import fit_decisions, open_parts
from shopee_tf.matcher import fit_matcher
from shopee_tf.models.saving import save_encoder
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder
from shopee_tf.retrieval.embeddings import save_embeddings
from shopee_tf.systems import Source, embedding_source, parse_union
from shopee_tf.systems.run_embeddings import RunEmbeddings
from tfrecords.errors import DataError

TITLES = ["red shoe", "blue shirt", "red shirt", "blue shoe", "green shoe", "green shirt"]
CATALOG = catalog_from_frame(
    pd.DataFrame({"posting_id": [f"p{row}" for row in range(6)], "title": TITLES})
)


@pytest.fixture(scope="module")
def encoder():
    config = TitleEncoderConfig(
        "scratch", max_length=8, hidden_dim=8, num_layers=1, vocabulary_size=100
    )
    return build_title_encoder(config, titles=TITLES)


@pytest.fixture
def folder(tmp_path, encoder):
    save_encoder(encoder, tmp_path / "run" / "encoder")
    return str(tmp_path / "run")


@pytest.fixture
def encoded(monkeypatch):
    """The rows of each call of the encoder."""
    calls = []

    def embed(*given, rows, **more):
        calls.append(rows.tolist())
        return embed_catalog(*given, rows=rows, **more)

    monkeypatch.setattr(encoding, "embed_catalog", embed)
    return calls


def test_only_what_is_asked_for_is_encoded_and_only_once(folder, encoder, encoded):
    run = RunEmbeddings(folder, CATALOG)
    expected = embed_catalog(encoder, CATALOG).vectors
    for rows in ([4, 5], [1, 4], [1, 4, 5], [0, 1, 2, 3, 4, 5]):
        found = run.of_rows(np.array(rows, np.int32))
        assert found.rows.tolist() == rows
        np.testing.assert_allclose(found.vectors, expected[rows], atol=1e-5)
    assert encoded == [[4, 5], [1], [0, 2, 3]]


def test_stored_embeddings_are_not_computed_again(folder, encoder, encoded):
    save_embeddings(
        embed_catalog(encoder, CATALOG), f"{folder}/embeddings",
        ids_sha256=CATALOG.ids_sha256, source=embedding_source(folder, CATALOG),
    )  # fmt: skip
    found = RunEmbeddings(folder, CATALOG).of_rows(np.array([2, 3], np.int32))
    assert found.rows.tolist() == [2, 3]
    assert encoded == []


def test_stored_embeddings_of_other_listings_are_left_alone(folder, encoder, encoded, caplog):
    save_embeddings(
        embed_catalog(encoder, CATALOG), f"{folder}/embeddings",
        ids_sha256=CATALOG.ids_sha256, source={"listings_sha256": "another"},
    )  # fmt: skip
    RunEmbeddings(folder, CATALOG).of_rows(np.array([2, 3], np.int32))
    assert encoded == [[2, 3]]
    assert "is of other listings or another encoder: not used" in caplog.text


@pytest.fixture
def photo_run(folder):
    """A run that says it sees photos: nothing else of it is looked at."""
    path = pathlib.Path(folder, "encoder", "encoder.json")
    path.write_text(path.read_text().replace('"title"', '"image"', 1))
    pathlib.Path(folder, "run.json").write_text("{}")
    return folder


@pytest.mark.parametrize("how", ["fit_matcher", "fit_decisions"])
def test_photos_that_are_missing_are_told_before_any_search(photo_run, monkeypatch, how):
    catalog = catalog_from_frame(CATALOG.frame.assign(label_group=["1", "1", "2", "2", "3", "3"]))
    monkeypatch.setattr(Source, "view", lambda *given, **more: pytest.fail("searched"))
    with pytest.raises(DataError, match="sees photos: give --images=FOLDER, or run python -m"):
        if how == "fit_matcher":
            fit_matcher(["tfidf", photo_run], Source(catalog), rows=np.arange(6, dtype=np.int32))
        else:
            unions = list(map(parse_union, ["tfidf", photo_run]))
            fit_decisions(open_parts(Source(catalog), whole(catalog)), unions)


def test_a_column_of_photos_that_is_missing_is_told_before_any_search(photo_run, tmp_path):
    source = Source(CATALOG, images=str(tmp_path))
    with pytest.raises(DataError, match="needs a column image in the csv"):
        source.check(parse_union(f"tfidf+{photo_run}"))
    with pytest.raises(DataError, match="phash: the csv has no column image_phash"):
        source.check(parse_union("tfidf~phash"))


def test_what_a_matcher_holds_is_not_embedded_into(photo_run):
    pathlib.Path(photo_run, "run.json").unlink()
    with pytest.raises(DataError, match="sees photos: give --images=FOLDER$"):
        Source(CATALOG).check(parse_union(photo_run))


def test_stored_embeddings_need_no_photos(photo_run, encoder):
    save_embeddings(
        embed_catalog(encoder, CATALOG), f"{photo_run}/embeddings",
        ids_sha256=CATALOG.ids_sha256, source=embedding_source(photo_run, CATALOG),
    )  # fmt: skip
    Source(CATALOG).check(parse_union(photo_run))


def test_systems_without_an_encoder_do_not_wait_for_keras():
    names = "shopee_tf.systems, shopee_tf.matcher, shopee_tf.evaluation.scoring"
    code = f"import sys, {names}; sys.exit(any(m in sys.modules for m in ('keras', 'tensorflow')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


@pytest.mark.faults
def test_listings_without_a_title_have_no_embedding_of_one(folder, encoded):
    catalog = CATALOG.with_column("title", ["red shoe", "", "blue shirt", " ", "", "shoe"])
    run = RunEmbeddings(folder, catalog_from_frame(catalog.frame))
    assert run.of_rows(np.arange(6)).rows.tolist() == [0, 2, 5]
    assert encoded == [[0, 2, 5]]
    with pytest.raises(DataError, match="none of the listings has an embedding"):
        run.of_rows(np.array([1, 3]))
    with pytest.raises(DataError, match="none of the listings has an embedding"):
        RunEmbeddings(folder, catalog_from_frame(catalog.frame)).of_rows(np.array([1]))
