"""What runs tell a report."""

import json

import numpy as np
import pytest

from shopee_tf.report.blocks import Figure, Text
from shopee_tf.report.runs import read_stories, run_blocks
from shopee_tf.retrieval.embeddings import Embeddings, save_embeddings
from tests.listings import catalog
from tfrecords.errors import IntegrityError, UsageError

CATALOG = catalog(6)


def make_run(folder, *lines, trainer="trainers.text", embeddings=None, of=CATALOG):
    folder.mkdir()
    (folder / "flags.txt").write_text(f"# python -m {trainer}\n")
    (folder / "run.json").write_text(json.dumps({"kind": "title", "test_accuracy": 0.5}))
    (folder / "metrics.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    if not lines:
        (folder / "metrics.jsonl").unlink()
    if embeddings is not None:
        save_embeddings(
            embeddings, folder / "embeddings", ids_sha256=of.ids_sha256, source="a test"
        )
    return str(folder)


def blocks(*folders):
    return run_blocks(read_stories(folders, CATALOG), CATALOG)


def test_encoders_and_classifiers_have_curves_of_their_own(tmp_path):
    epoch = {"epoch": 0, "loss": 1.0, "choose_f1": 0.5}
    shares = {
        f"{part}_{what}": 0.5 for part in ("train", "choose") for what in ("accuracy", "loss")
    }
    text = make_run(tmp_path / "text", epoch)
    cnn = make_run(tmp_path / "cnn", epoch | shares, trainer="trainers.classifier")
    found = [block.name for block in blocks(text, cnn) if isinstance(block, Figure)]
    assert found == ["learning", "training"]


def test_stored_embeddings_are_drawn(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    run = make_run(tmp_path / "text", embeddings=Embeddings(np.arange(6), vectors))
    assert [block.name for block in blocks(run, f"{run}/")] == ["embeddings_text"]


def test_runs_of_one_name_are_told_apart(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    runs = []
    for parent in ("a", "b"):
        (tmp_path / parent).mkdir()
        stored = Embeddings(np.arange(6), vectors)
        runs.append(make_run(tmp_path / parent / "text", embeddings=stored))
    assert len({block.name for block in blocks(*runs)}) == 2


def test_a_run_without_embeddings_is_told_how_to_make_them(tmp_path):
    (text,) = blocks(make_run(tmp_path / "text"))
    assert isinstance(text, Text) and "python -m shopee_tf.embed --run=" in text.text


def test_embeddings_of_another_catalogue_are_refused(tmp_path):
    vectors = Embeddings(np.arange(4), np.ones((4, 3), np.float32))
    run = make_run(tmp_path / "text", embeddings=vectors, of=catalog(4))
    with pytest.raises(IntegrityError, match="made for another catalogue"):
        read_stories([run], CATALOG)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match="not the folder of a run"):
        read_stories([str(tmp_path)], CATALOG)
