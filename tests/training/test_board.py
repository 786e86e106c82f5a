"""What TensorBoard shows of a run, read back from the run folder."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from shopee_tf import make_tfrecords
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.training.config import TrainingConfig
from trainers import image, text

TINY = ImageEncoderConfig("tiny", image_size=32, embedding_dim=16, weights="none")
CONFIG = TrainingConfig(fold=0, epochs=2, batch_size=8, learning_rate=3e-3, clip_norm=10.0)


@pytest.fixture(scope="module")
def data(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "records"
    make_tfrecords.main([
        f"--csv={sample / 'train.csv'}", f"--images={sample / 'train_images'}",
        f"--output={folder}", "--image_size=64",
    ])  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def photo_run(data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("runs") / "image"
    image.train(data, workdir, encoder=TINY, config=CONFIG)
    return workdir


@pytest.fixture(scope="module")
def title_run(data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("runs") / "text"
    text.train(data, workdir, config=CONFIG)
    return workdir


def events(workdir):
    # 0: keep all; tensors carry scalars, pictures and texts in TensorFlow 2.
    return EventAccumulator(str(workdir / "tensorboard"), size_guidance={"tensors": 0}).Reload()


def lines(workdir):
    return [json.loads(line) for line in (workdir / "metrics.jsonl").read_text().splitlines()]


def tensors(workdir, name):
    return [(event.step, event.tensor_proto) for event in events(workdir).Tensors(name)]


def test_the_numbers_of_each_epoch_are_scalars(photo_run):
    from tensorflow import make_ndarray

    expected = lines(photo_run)
    for name in ("loss", "learning_rate", "choose_f1", "choose_threshold", "images_per_second"):
        found = {step: make_ndarray(proto) for step, proto in tensors(photo_run, name)}
        assert list(found) == [line["step"] for line in expected]
        np.testing.assert_allclose(
            list(found.values()), [line[name] for line in expected], rtol=1e-6
        )


def test_each_epoch_has_a_picture_of_its_worst_errors(photo_run):
    from tensorflow import io, make_ndarray

    found = tensors(photo_run, "worst_errors")
    assert [step for step, _ in found] == [
        line["step"] for line in lines(photo_run) if line["choose_f1"] < 1
    ]
    for _, proto in found:
        width, height, png = make_ndarray(proto)
        width, height = int(width), int(height)
        assert io.decode_png(png).numpy().shape == (height, width, 3)
        assert width == 7 * 80 + 2 * 12 and height % 80 == 0 and height <= 8 * 80


def test_each_epoch_has_a_table_of_titles(title_run):
    from tensorflow import make_ndarray

    found = tensors(title_run, "worst_errors")
    assert [step for step, _ in found] == [
        line["step"] for line in lines(title_run) if line["choose_f1"] < 1
    ]
    for _, proto in found:
        table = make_ndarray(proto)
        assert table.shape[1] == 4 and 2 <= len(table) <= 9
        assert table[0].tolist() == [b"score", b"listing", b"of the same product", b"found"]


@pytest.mark.parametrize(("run", "sprite"), [("photo_run", True), ("title_run", False)])
def test_the_projector_has_the_rows_that_choose(run, sprite, request):
    workdir = request.getfixturevalue(run)
    folder = workdir / "tensorboard"
    choosing = json.loads((workdir / "run.json").read_text())["choosing_rows"]
    assert len((folder / "vectors.tsv").read_text().splitlines()) == choosing
    assert len((folder / "metadata.tsv").read_text("utf-8").splitlines()) == choosing + 1
    assert (folder / "sprite.jpg").exists() == sprite


def test_the_projector_holds_the_encoder_that_is_kept(photo_run, data):
    from shopee_tf.encoding import embed_records
    from shopee_tf.models.saving import load_encoder

    ids = (photo_run / "tensorboard/metadata.tsv").read_text("utf-8").splitlines()[1:]
    vectors = np.loadtxt(photo_run / "tensorboard/vectors.tsv", delimiter="\t")
    found = embed_records(load_encoder(photo_run / "encoder"), data)
    catalog = (data / "catalog.csv").read_text("utf-8").splitlines()[1:]
    rows = {line.split(",")[0]: row for row, line in enumerate(catalog)}
    drawn = [rows[line.split("\t")[0]] for line in ids]
    np.testing.assert_allclose(vectors, found.vectors[drawn], rtol=1e-2, atol=1e-3)


def test_no_epochs_are_shown_too(data, tmp_path):
    image.train(data, tmp_path, encoder=TINY, config=TrainingConfig(fold=0, epochs=0))
    assert (tmp_path / "tensorboard" / "projector_config.pbtxt").exists()
    assert [step for step, _ in tensors(tmp_path, "choose_f1")] == [0]


def test_nothing_is_shown_where_no_rows_choose(data, tmp_path):
    image.train(data, tmp_path, encoder=TINY, config=TrainingConfig(epochs=1, batch_size=8))
    assert not (tmp_path / "tensorboard" / "projector_config.pbtxt").exists()
    assert "worst_errors" not in events(tmp_path).Tags()["tensors"]


def test_jax_shows_the_same(data, tmp_path):
    pytest.importorskip("jax", reason="JAX is not installed")
    flags = ["--backbone=tiny", "--weights=none", "--image_size=32", "--embedding_dim=16"]
    done = subprocess.run(
        [sys.executable, "-m", "trainers.image", f"--data={data}", f"--workdir={tmp_path}",
         "--fold=0", "--epochs=1", "--batch_size=8", *flags],
        env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert {"loss", "choose_f1", "worst_errors"} <= set(events(tmp_path).Tags()["tensors"])
    assert (tmp_path / "tensorboard" / "sprite.jpg").exists()
