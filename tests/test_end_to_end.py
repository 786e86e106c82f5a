"""From a catalogue to scored matches, through the commands a user types."""

import json
import pathlib
import shutil

import keras
import numpy as np
import pandas as pd
import pytest

from shopee_tf import calibrate, embed, evaluate, make_tfrecords, match
from shopee_tf.data import sample
from shopee_tf.data.catalog import read_catalog
from shopee_tf.models.saving import load_encoder, save_encoder
from shopee_tf.runs import read_run
from shopee_tf.systems import Source, System
from tfrecords.errors import IntegrityError
from trainers import image, text

ROOT = pathlib.Path(__file__).resolve().parent.parent
TINY_IMAGE = ["--backbone=tiny", "--weights=none", "--image_size=32", "--embedding_dim=16"]
TINY_TEXT = ["--encoder=scratch", "--max_length=16"]
TRAINING = ["--epochs=1", "--batch_size=16", "--fold=0", "--warmup_epochs=0"]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder in which every command has been run once, in the order of use."""
    folder = tmp_path_factory.mktemp("house")
    drawn, data, runs = folder / "sample", folder / "data", folder / "runs"
    sample.main([f"--output={drawn}", "--num_postings=120", "--image_size=48"])
    csv, photos = f"--csv={drawn / 'train.csv'}", f"--images={drawn / 'train_images'}"
    make_tfrecords.main([csv, photos, f"--output={data}", "--image_size=48"])
    for trainer, flags in ((image, TINY_IMAGE), (text, TINY_TEXT)):
        name = trainer.__name__.split(".")[-1]
        trainer.main([f"--data={data}", f"--workdir={runs / name}", *TRAINING, *flags])
        embed.main([f"--run={runs / name}", f"--data={data}"])
    systems = f"--systems=phash,tfidf,{runs / 'image'},{runs / 'text'}"
    evaluate.main([csv, systems, f"--output={folder / 'results.json'}"])
    ensemble = f"--systems=phash~tfidf,{runs / 'image'}~{runs / 'text'}"
    calibrate.main([csv, ensemble, f"--matcher={folder / 'matcher'}"])
    match.main(
        [
            f"--matcher={folder / 'matcher'}",
            f"--csv={drawn / 'test.csv'}",
            f"--images={drawn / 'test_images'}",
            f"--output={folder / 'submission.csv'}",
        ]
    )
    return folder


def results(path: pathlib.Path) -> list[dict]:
    return json.loads(path.read_text())["results"]


def test_every_system_and_their_union_is_scored(house):
    found = results(house / "results.json")
    assert [row["system"].count(" + ") for row in found] == [0, 0, 0, 0, 3]
    assert all(0 < row["f1"] <= 1 for row in found)


def test_every_figure_says_how_it_was_made(house):
    for row in results(house / "results.json"):
        assert row["protocol"] == "held-out 0/5"
        assert len(row["split"]) == 12
        assert 0 < row["num_candidates"] < 60


def test_the_submission_lists_every_new_posting_with_itself(house):
    submission = pd.read_csv(house / "submission.csv")
    expected = pd.read_csv(house / "sample" / "test.csv").posting_id
    assert submission.posting_id.tolist() == expected.tolist()
    assert all(row.posting_id == row.matches.split(" ")[0] for row in submission.itertuples())


def test_the_submission_can_be_scored(house, tmp_path):
    evaluate.main(
        [
            f"--csv={house / 'sample' / 'test.csv'}",
            f"--submission={house / 'submission.csv'}",
            f"--output={tmp_path / 'scored.json'}",
        ]
    )
    (row,) = results(tmp_path / "scored.json")
    assert 0.3 < row["f1"] <= 1


def test_embeddings_of_another_encoder_are_not_used(house, tmp_path, caplog):
    run = tmp_path / "run"
    shutil.copytree(house / "runs" / "text", run)
    catalog = read_catalog(house / "sample" / "train.csv")
    rows = np.arange(len(catalog), dtype=np.int32)
    stored = Source(catalog).view(System((str(run),)), rows).neighbors(rows, k=50)
    assert "not used" not in caplog.text
    other = load_encoder(run / "encoder")
    words = other.model.trainable_variables[0]
    words.assign(keras.ops.flip(words, axis=0))
    shutil.rmtree(run / "encoder")
    save_encoder(other, run / "encoder")
    made_anew = Source(catalog).view(System((str(run),)), rows).neighbors(rows, k=50)
    assert "not used" in caplog.text
    assert np.abs(stored.similarities[:, 1] - made_anew.similarities[:, 1]).max() > 1e-6


@pytest.mark.parametrize(
    ("name", "text"),
    [("run.json", "[]"), ("run.json", "{}"), ("trained_on.csv", ""), ("split.csv", "a,b\n1,2\n")],
)
def test_a_damaged_run_is_refused(house, tmp_path, name, text):
    run = tmp_path / "run"
    shutil.copytree(house / "runs" / "text", run)
    (run / name).write_text(text)
    with pytest.raises(IntegrityError, match=name):
        read_run(run)


def test_scoring_rows_that_were_trained_on_is_stamped(house, tmp_path):
    evaluate.main(
        [
            f"--csv={house / 'sample' / 'train.csv'}",
            f"--systems=phash,{house / 'runs' / 'text'}",
            "--protocol=whole",
            f"--output={tmp_path / 'whole.json'}",
        ]
    )
    phash, title, both = results(tmp_path / "whole.json")
    assert phash["protocol"] == "whole"
    assert title["protocol"] == both["protocol"] == "whole, trained-on"


def test_training_again_with_the_same_command_changes_nothing(house):
    weights = house / "runs" / "text" / "encoder" / "manifest.json"
    before = weights.read_bytes()
    text.main(
        [f"--data={house / 'data'}", f"--workdir={house / 'runs' / 'text'}", *TRAINING, *TINY_TEXT]
    )
    assert weights.read_bytes() == before


def test_the_flags_of_a_run_make_the_same_run(house, tmp_path):
    flagfile = house / "runs" / "text" / "flags.txt"
    text.main([f"--flagfile={flagfile}", f"--workdir={tmp_path / 'again'}"])
    weights = [
        folder / "encoder" / "manifest.json" for folder in (house / "runs/text", tmp_path / "again")
    ]
    assert weights[0].read_bytes() == weights[1].read_bytes()
