"""Exported encoders against the runs that they are from."""

import functools
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf import export
from shopee_tf.data.catalog import read_catalog
from shopee_tf.encoding import embed_catalog, embed_records
from shopee_tf.exporting import formats
from shopee_tf.exporting.exported import export_run
from shopee_tf.exporting.usage import usage
from shopee_tf.models.saving import load_encoder
from tests.photos import encode, picture
from tfrecords.errors import UsageError


@pytest.fixture(scope="module")
def catalog(tiny):
    return read_catalog(tiny / "records" / "catalog.csv")


@functools.cache
def loaded(folder):
    return tf.saved_model.load(str(folder / "1"))


def signature(folder, name="serving_default"):
    return loaded(folder).signatures[name]


@functools.cache
def encoder_of(run):
    return load_encoder(run / "encoder")


def photos(tiny, catalog):
    return [(tiny / "train_images" / name).read_bytes() for name in catalog.images]


def test_photos_have_the_embeddings_of_the_run(tiny, exported, catalog):
    found = signature(exported("image"))(image=tf.constant(photos(tiny, catalog)))
    expected = embed_records(encoder_of(tiny / "image"), tiny / "records").vectors
    assert found["valid"].numpy().all()
    np.testing.assert_allclose(found["embedding"], expected, rtol=1e-3, atol=1e-4)


def test_titles_have_the_embeddings_of_the_run(tiny, exported, catalog):
    found = signature(exported("text"))(title=tf.constant(catalog.titles.tolist()))
    expected = embed_catalog(encoder_of(tiny / "text"), catalog).vectors
    assert found["valid"].numpy().all()
    np.testing.assert_allclose(found["embedding"], expected, atol=1e-4)


@pytest.mark.parametrize("batch", [1, 5])
def test_pixels_of_any_batch_have_the_embeddings_of_the_model(batch, tiny, exported):
    pixels = np.random.default_rng(0).uniform(0, 255, (batch, 32, 32, 3)).astype("float32")
    found = signature(exported("image"), "serving_pixels")(pixels=tf.constant(pixels))
    expected = encoder_of(tiny / "image").model(pixels)
    np.testing.assert_allclose(found["embedding"], expected, atol=1e-5)


@pytest.mark.parametrize("run, value", [("image", encode(picture(), "JPEG")), ("text", b"merah")])
@pytest.mark.parametrize("batch", [1, 3])
def test_any_batch_has_a_row_each(run, value, batch, exported):
    found = signature(exported(run))(tf.constant([value] * batch, tf.string))
    assert found["embedding"].shape == (batch, 16)
    assert found["valid"].numpy().tolist() == [True] * batch


def test_a_bad_photo_leaves_the_others_as_they_are(tiny, exported, catalog):
    good = photos(tiny, catalog)[:3]
    bad = [b"", b"not a photo", good[0][: len(good[0]) // 2]]
    mixed = [value for pair in zip(bad, good) for value in pair]
    serving = signature(exported("image"))
    found, expected = serving(tf.constant(mixed)), serving(tf.constant(good))
    assert found["valid"].numpy().tolist() == [False, True] * 3
    np.testing.assert_array_equal(found["embedding"][::2], 0)
    np.testing.assert_allclose(found["embedding"][1::2], expected["embedding"], atol=1e-5)


def test_an_empty_title_leaves_the_others_as_they_are(exported):
    serving = signature(exported("text"))
    found = serving(tf.constant(["", "merah", " \t\n", "biru", b"\x00"]))
    assert found["valid"].numpy().tolist() == [False, True, False, True, False]
    np.testing.assert_array_equal(found["embedding"][::2], 0)
    expected = serving(tf.constant(["merah", "biru"]))["embedding"]
    np.testing.assert_allclose(found["embedding"][1::2], expected, atol=1e-5)


def test_a_session_of_tensorflow_serving_gives_the_same(tiny, exported, catalog):
    batch = [*photos(tiny, catalog)[:2], b"bad"]
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(exported("image") / "1"))
        names = graph.signature_def["serving_default"]
        outputs = {key: tensor.name for key, tensor in names.outputs.items()}
        found = session.run(outputs, {names.inputs["image"].name: batch})
    expected = signature(exported("image"))(tf.constant(batch))
    assert found["valid"].tolist() == [True, True, False]
    np.testing.assert_allclose(found["embedding"], expected["embedding"], atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")
@pytest.mark.parametrize("batch", [1, 5])
def test_litert_gives_the_embeddings_of_the_model(batch, tiny, exported):
    pixels = np.random.default_rng(0).uniform(0, 255, (batch, 32, 32, 3)).astype("float32")
    path = exported("image", "litert") / formats.LITERT
    found = tf.lite.Interpreter(str(path)).get_signature_runner()(pixels=pixels)["embedding"]
    expected = encoder_of(tiny / "image").model(pixels)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def code_of(text):
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return code


def test_the_code_of_the_cards_runs_without_this_library(tiny, exported, tmp_path):
    program = "import os, sys\n"
    for run, format in [("image", "saved_model"), ("image", "litert"), ("text", "saved_model")]:
        folder = tmp_path / f"{run}_{format}"
        shutil.copytree(exported(run, format), folder)
        (folder / "photo.jpg").write_bytes(encode(picture(), "JPEG"))
        card = (folder / "MODEL_CARD.md").read_text()
        program += f"os.chdir({str(folder)!r})\n{code_of(card)}"
        if run == "image":  # and as that of a classifier
            usage_of = usage(encoder_of(tiny / run), format, made_for="logits")
            program += code_of(usage_of["How to load it"])
    program += "print({'shopee_tf', 'tfrecords', 'keras_hub'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    photos, pixels = ["(1, 16) [ True]"], ["(1, 16)"]
    lines = re.sub(r"^\[\d+\]$", "[place]", done.stdout, flags=re.MULTILINE).splitlines()
    as_photos, as_pixels = [*photos, *photos, "[place]"], [*pixels, *pixels, "[place]"]
    assert lines == [*as_photos, *as_pixels, *photos, "set()"]


def test_titles_have_no_litert_and_leave_no_folder(tiny, tmp_path):
    with pytest.raises(SystemExit) as end:
        export.main([f"--run={tiny / 'text'}", f"--output={tmp_path / 'out'}", "--format=litert"])
    assert end.value.code == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.faults
@pytest.mark.parametrize("number, code, said", [
    (signal.SIGINT, 130, "error: interrupted"),
    (signal.SIGTERM, 143, "error: SIGTERM: nothing was written"),
])  # fmt: skip
def test_a_signal_in_a_callback_ends_it_and_leaves_nothing(
    number, code, said, tiny, tmp_path, monkeypatch, capsys
):
    class Callback:
        def __del__(self):  # where Python drops what is raised
            signal.raise_signal(number)

    monkeypatch.setitem(formats.WRITERS, "litert", lambda served, path: Callback() and None)
    with pytest.raises(SystemExit) as end:
        export.main([f"--run={tiny / 'image'}", f"--output={tmp_path / 'out'}", "--format=litert"])
    assert (end.value.code, capsys.readouterr().err) == (code, f"{said}\n")
    assert not list(tmp_path.iterdir())


def test_the_command_offers_every_format():
    assert tuple(formats.WRITERS) == export.FORMATS


def test_says_which_encoder_it_was_made_from(tiny, exported):
    about = json.loads((exported("image") / "export.json").read_text())
    manifest = (tiny / "image" / "encoder" / "manifest.json").read_bytes()
    assert about["encoder_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert (about["kind"], about["format"]) == ("image", "saved_model")


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds other things"):
        export_run(tmp_path, tmp_path, format="saved_model")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_run_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="no such folder; a trainer makes it"):
        export_run(tmp_path / "run", tmp_path / "out", format="saved_model")


@pytest.mark.faults
def test_what_is_wrong_ends_in_its_exit_code(tiny, tmp_path, capsys):
    """A folder that is no run is the user's mistake; a run that lost its encoder is damaged."""
    shutil.copytree(tiny / "image", tmp_path / "damaged")
    (tmp_path / "damaged" / "encoder" / "manifest.json").unlink()
    (tmp_path / "empty").mkdir()
    for run, code, said in (
        (tmp_path / "empty", 1, "not the folder of a run; a trainer makes one"),
        (tiny / "image" / "encoder", 1, f"not the folder of a run; is {tiny / 'image'} meant?"),
        (tmp_path / "damaged", 3, "manifest.json: no such file"),
    ):
        with pytest.raises(SystemExit) as end:
            export.main([f"--run={run}", f"--output={tmp_path / 'out'}"])
        assert (end.value.code, said in capsys.readouterr().err) == (code, True), run


def test_an_export_is_no_encoder_of_this_library(exported):
    with pytest.raises(UsageError, match="an exported encoder"):
        load_encoder(exported("image"))


def test_jax_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(UsageError, match="^KERAS_BACKEND=jax: export needs tensorflow"):
        export_run(tmp_path, tmp_path / "out", format="saved_model")
