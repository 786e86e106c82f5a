"""Every command ends in one line: what it did, what it wrote, how long it took."""

import contextlib
import importlib
import io
import pathlib
import re

import pytest

from shopee_tf.__main__ import COMMANDS
from tests.tiny_catalog import write_tiny_catalog

TRAINING = ["--fold=0", "--epochs=1", "--batch_size=16", "--data={0}/data"]
TINY = ["--backbone=tiny", "--weights=none", "--image_size=32", "--embedding_dim=8"]
CSV = "--csv={0}/train.csv"
PHOTOS = "--images={0}/train_images"
# In the order of use; in brackets what is written.
CALLS = {
    "shopee_tf.data.sample": ("--output={0}/sample", "--num_postings=20", "--image_size=16"),
    "shopee_tf.make_tfrecords": (CSV, PHOTOS, "--output={0}/data"),
    "shopee_tf.verify": ("--data={0}/data", "--source={0}/train_images"),
    "shopee_tf.compare_backbones": ("--data={0}/data", "--backbones=tiny", "--weights=none",
                                    "--image_size=32", "--output={0}/frozen.json"),
    "trainers.image": (*TRAINING, *TINY, "--workdir={0}/image"),
    "trainers.text": (*TRAINING, "--encoder=scratch", "--workdir={0}/text"),
    "trainers.joint": (*TRAINING, "--backbone=tiny", "--weights=none", "--image_size=32",
                       "--workdir={0}/joint"),
    "trainers.autoencoder": (*TRAINING, "--image_size=32", "--workdir={0}/autoencoder"),
    "trainers.classifier": ("--data={0}/data", "--epochs=1", "--num_classes=3", "--image_size=32",
                            "--workdir={0}/classifier"),
    "shopee_tf.draw_curves": ("--runs={0}/classifier", "--plot={0}/curves.png"),
    "shopee_tf.embed": ("--run={0}/text", "--data={0}/data"),
    "shopee_tf.evaluate": (CSV, "--systems=phash,tfidf", "--output={0}/results.json"),
    "shopee_tf.calibrate": (CSV, "--systems=phash,tfidf", "--matcher={0}/matcher"),
    "shopee_tf.match": (CSV, "--matcher={0}/matcher", "--output={0}/submission.csv"),
    "shopee_tf.explain": (CSV, "--matcher={0}/matcher", "--pair=train_p00_0,train_p00_1",
                          "--output={0}/cards.json"),
    "shopee_tf.export": ("--run={0}/image", "--output={0}/exported"),
}  # fmt: skip
WRITTEN = {
    "shopee_tf.data.sample": "sample", "shopee_tf.make_tfrecords": "data",
    "shopee_tf.compare_backbones": "frozen.json", "trainers.image": "image",
    "trainers.text": "text", "trainers.joint": "joint", "trainers.autoencoder": "autoencoder",
    "trainers.classifier": "classifier", "shopee_tf.draw_curves": "curves.png",
    "shopee_tf.embed": "text/embeddings", "shopee_tf.evaluate": "results.json",
    "shopee_tf.calibrate": "matcher", "shopee_tf.match": "submission.csv",
    "shopee_tf.explain": "cards.json", "shopee_tf.export": "exported",
}  # fmt: skip
ELSEWHERE = {"shopee_tf.report", "shopee_tf.app"}  # have tests of their own


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> tuple[pathlib.Path, dict[str, str]]:
    """The folder in which all was done, and what each command wrote to stdout."""
    folder = tmp_path_factory.mktemp("lines") / "tiny"
    write_tiny_catalog(folder)
    printed = {}
    for command, flags in CALLS.items():
        main = importlib.import_module(command).main
        with contextlib.redirect_stdout(io.StringIO()) as out:
            main([flag.format(folder) for flag in flags])
        printed[command] = out.getvalue()
    return folder, printed


def test_every_command_is_called():
    assert set(CALLS) | ELSEWHERE == set(COMMANDS) | ELSEWHERE


@pytest.mark.parametrize("command", CALLS)
def test_the_last_line_tells_what_was_done(command, said):
    folder, printed = said
    lines = printed[command].splitlines()
    assert [line.startswith("done in ") for line in lines] == [False] * (len(lines) - 1) + [True]
    written = WRITTEN.get(command)
    end = f"written: {folder / written}" if written else "nothing written"
    assert re.fullmatch(rf"done in \d+ s: [^;]*\d[^;]*(; [^;]*)?; {re.escape(end)}", lines[-1])
    assert not written or (folder / written).exists()


def test_cards_for_another_program_leave_the_line_to_stderr(said, capsys):
    import json

    from shopee_tf import explain

    folder, _ = said
    flags = [CSV, "--matcher={0}/matcher", "--pair=train_p00_0,train_p00_1"]
    explain.main([flag.format(folder) for flag in flags])
    printed = capsys.readouterr()
    assert json.loads(printed.out)
    assert printed.err.splitlines()[-1].endswith("; nothing written")
    assert printed.err.count("done in ") == 1


def test_an_error_leaves_no_such_line(tmp_path, capsys):
    from shopee_tf import verify

    with pytest.raises(SystemExit):
        verify.main([f"--data={tmp_path}"])
    printed = capsys.readouterr()
    assert "done in" not in printed.out + printed.err
