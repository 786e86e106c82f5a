import json
import pathlib
import random
import shutil

import keras
import numpy as np
import pytest

from shopee_tf.models.image_encoder import ImageEncoder, ImageEncoderConfig, build_image_encoder
from shopee_tf.models.saving import load_encoder, save_encoder, verify_encoder
from shopee_tf.models.title_encoder import TitleEncoder, TitleEncoderConfig, build_title_encoder
from shopee_tf.models.weights import load_weights, save_weights
from tfrecords.errors import IntegrityError, UsageError

# Keras's own save_weights asks TensorFlow's variables for arrays in the manner of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TITLES = ["Red shoe murah", "blue SHIRT 12", ""]
PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")


def image_encoder():
    return build_image_encoder(
        ImageEncoderConfig(
            "tiny", image_size=32, embedding_dim=4, weights="none", unfreeze="last_layer"
        )
    )


def scratch_encoder():
    config = TitleEncoderConfig("scratch", max_length=8, hidden_dim=8, num_layers=1)
    return build_title_encoder(config, titles=TITLES)


@pytest.fixture
def image_folder(tmp_path):
    save_encoder(image_encoder(), tmp_path / "image")
    return tmp_path / "image"


def trained(encoder):
    """Stands for training: every weight is another number than it was built with."""
    for variable in encoder.model.weights:
        if "float" in variable.dtype:
            variable.assign(variable + 0.01)
    return encoder


def test_an_image_encoder_comes_back(tmp_path):
    encoder = trained(image_encoder())
    save_encoder(encoder, tmp_path / "saved")
    loaded = load_encoder(tmp_path / "saved")
    assert isinstance(loaded, ImageEncoder)
    assert loaded.config == encoder.config
    np.testing.assert_array_equal(loaded.model(PIXELS), encoder.model(PIXELS))
    paths = [[v.path for v in e.model.trainable_variables] for e in (encoder, loaded)]
    assert paths[0] == paths[1]


def test_a_scratch_encoder_comes_back_with_its_vocabulary(tmp_path):
    encoder = trained(scratch_encoder())
    save_encoder(encoder, tmp_path / "saved")
    loaded = load_encoder(tmp_path / "saved")
    assert isinstance(loaded, TitleEncoder)
    assert loaded.config == encoder.config
    assert loaded.tokenize.vocabulary == encoder.tokenize.vocabulary
    expected = encoder.model(encoder.tokenize(TITLES))
    np.testing.assert_array_equal(loaded.model(loaded.tokenize(TITLES)), expected)


@pytest.mark.parametrize("pooling", ["mean", "pooled"])
def test_a_hub_encoder_comes_back_after_its_folders_are_gone(pooling, tiny_hub, tmp_path):
    config = TitleEncoderConfig("hub", *tiny_hub, max_length=8, pooling=pooling, embedding_dim=3)
    encoder = trained(build_title_encoder(config))
    expected = encoder.model(encoder.tokenize(TITLES))
    save_encoder(encoder, tmp_path / "saved")
    for folder in tiny_hub:
        shutil.rmtree(folder)
    (tmp_path / "saved").rename(tmp_path / "moved")
    loaded = load_encoder(tmp_path / "moved")
    np.testing.assert_array_equal(loaded.model(loaded.tokenize(TITLES)), expected)
    save_encoder(loaded, tmp_path / "again")
    shutil.rmtree(tmp_path / "moved")
    again = load_encoder(tmp_path / "again")
    np.testing.assert_array_equal(again.model(again.tokenize(TITLES)), expected)


def test_a_loaded_encoder_can_be_saved_where_it_came_from(tiny_hub, tmp_path):
    encoder = build_title_encoder(TitleEncoderConfig("hub", *tiny_hub, max_length=8))
    save_encoder(encoder, tmp_path / "saved")
    loaded = trained(load_encoder(tmp_path / "saved"))
    save_encoder(loaded, tmp_path / "saved")
    again = load_encoder(tmp_path / "saved")
    expected = loaded.model(loaded.tokenize(TITLES))
    np.testing.assert_array_equal(again.model(again.tokenize(TITLES)), expected)


def test_a_read_only_hub_folder_leaves_a_copy_that_can_be_replaced(tiny_hub, tmp_path):
    for path in [tiny_hub[0], *map(str, pathlib.Path(tiny_hub[0]).rglob("*"))]:
        pathlib.Path(path).chmod(0o555)
    encoder = build_title_encoder(TitleEncoderConfig("hub", *tiny_hub, max_length=8))
    save_encoder(encoder, tmp_path / "saved")
    assert all(path.stat().st_mode & 0o200 for path in (tmp_path / "saved").rglob("*"))


def test_pretrained_weights_are_not_asked_for_again(tmp_path):
    image_encoder().model.layers[1].save_weights(tmp_path / "start.weights.h5")
    config = ImageEncoderConfig("tiny", image_size=32, weights=str(tmp_path / "start.weights.h5"))
    save_encoder(build_image_encoder(config), tmp_path / "saved")
    (tmp_path / "start.weights.h5").unlink()
    assert load_encoder(tmp_path / "saved").config == config


@pytest.mark.parametrize("build", [image_encoder, scratch_encoder])
def test_equal_encoders_are_saved_as_equal_files(build, tmp_path):
    for name in ("one", "other"):
        keras.utils.set_random_seed(0)
        save_encoder(build(), tmp_path / name)
    manifests = [(tmp_path / name / "manifest.json").read_bytes() for name in ("one", "other")]
    assert manifests[0] == manifests[1]


def test_weights_of_another_shape_are_refused(tmp_path):
    save_weights(image_encoder().model, tmp_path / "weights.npz")
    with pytest.raises(ValueError, match=r"expected .* weights of title_encoder, received"):
        load_weights(scratch_encoder().model, tmp_path / "weights.npz")


@pytest.mark.faults
def test_every_flipped_byte_is_found(tmp_path):
    folder = tmp_path / "saved"
    save_encoder(scratch_encoder(), folder)
    generator = random.Random(0)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for _ in range(50):
            damaged = bytearray(whole)
            damaged[generator.randrange(len(whole))] ^= generator.randrange(1, 256)
            path.write_bytes(damaged)
            with pytest.raises(IntegrityError, match=r"saved"):
                verify_encoder(folder)
        path.write_bytes(whole)
    verify_encoder(folder)


@pytest.mark.faults
def test_loading_checks_before_use(image_folder):
    weights = bytearray((image_folder / "weights.npz").read_bytes())
    weights[-100] ^= 1
    (image_folder / "weights.npz").write_bytes(weights)
    with pytest.raises(IntegrityError, match="weights.npz missing, damaged or not its own"):
        load_encoder(image_folder)


@pytest.mark.faults
@pytest.mark.parametrize("name", ["encoder.json", "weights.npz", "manifest.json"])
def test_a_missing_file_is_named(name, image_folder):
    (image_folder / name).unlink()
    with pytest.raises(IntegrityError, match=name):
        load_encoder(image_folder)


@pytest.mark.faults
def test_a_foreign_file_is_named(image_folder):
    (image_folder / "other.txt").write_text("?")
    with pytest.raises(IntegrityError, match="other.txt"):
        load_encoder(image_folder)


@pytest.mark.faults
def test_no_encoder_at_all(tmp_path):
    with pytest.raises(IntegrityError, match="manifest.json: no such file"):
        load_encoder(tmp_path / "nowhere")


@pytest.mark.faults
def test_the_folder_around_an_encoder_is_told_apart(tmp_path):
    save_encoder(image_encoder(), tmp_path / "run" / "encoder")
    with pytest.raises(UsageError, match="run/encoder is one; is that meant"):
        load_encoder(tmp_path / "run")


@pytest.mark.faults
@pytest.mark.parametrize("inside", [".", "1", "encoder.tflite"])
def test_an_export_is_told_apart(inside, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "export.json").write_text("{}")
    with pytest.raises(UsageError, match="an exported encoder; load it as its MODEL_CARD.md") as e:
        load_encoder(tmp_path / inside)
    assert "\n" not in str(e.value)


@pytest.mark.faults
def test_what_a_later_version_wrote_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shopee_tf.models.saving.FORMAT", 2)
    save_encoder(image_encoder(), tmp_path / "saved")
    monkeypatch.undo()
    with pytest.raises(IntegrityError, match="format 2, and this version reads 1"):
        load_encoder(tmp_path / "saved")


@pytest.mark.faults
def test_a_failed_save_leaves_the_older_encoder(image_folder, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("No space left on device")

    before = {path.name: path.read_bytes() for path in image_folder.iterdir()}
    monkeypatch.setattr("shopee_tf.models.saving.save_weights", fail)
    with pytest.raises(OSError, match="No space"):
        save_encoder(image_encoder(), image_folder)
    assert {path.name: path.read_bytes() for path in image_folder.iterdir()} == before
    assert [path.name for path in image_folder.parent.iterdir()] == ["image"]


def test_the_config_is_readable(image_folder):
    saved = json.loads((image_folder / "encoder.json").read_text())
    assert (saved["kind"], saved["config"]["backbone"]) == ("image", "tiny")
