"""Two encoders as one: what comes out, where the weights are, and back from disk."""

import dataclasses
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.configs import ImageEncoderConfig, JointEncoderConfig, TitleEncoderConfig
from shopee_tf.models.joint_encoder import SCOPES, JointEncoder, build_joint_encoder
from shopee_tf.models.saving import load_encoder, save_encoder
from tfrecords.errors import UsageError

TITLES = ["Red shoe murah", "blue SHIRT 12"]
PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
PHOTOS = ImageEncoderConfig("tiny", image_size=32, embedding_dim=4, weights="none")
WORDS = TitleEncoderConfig("scratch", max_length=8, hidden_dim=6, num_layers=1)
CONFIG = JointEncoderConfig(PHOTOS, WORDS)


def build(**options):
    return build_joint_encoder(dataclasses.replace(CONFIG, **options), titles=TITLES)


def features(encoder):
    return {"image": tf.constant(PIXELS), **encoder.title.tokenize(tf.constant(TITLES))}


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_is_both_embeddings_at_length_1_side_by_side():
    encoder = build()
    given = features(encoder)
    tokens = {name: given[name] for name in given.keys() - {"image"}}
    parts = [unit(encoder.image.model(PIXELS)), unit(encoder.title.model(tokens))]
    np.testing.assert_allclose(encoder.model(given), np.concatenate(parts, axis=1), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "dim", "layers"),
    [
        ({"dropout": 0.5}, 10, ["dropout"]),
        ({"embedding_dim": 3}, 3, ["projection"]),
        ({"neck": "batch_norm"}, 10, ["neck"]),
        (
            {"neck": "dense_dropout_batch_norm", "embedding_dim": 5, "dropout": 0.1}, 5,
            ["projection", "dropout", "neck"],
        ),
    ],
)  # fmt: skip
def test_a_neck_follows_the_concatenation(options, dim, layers):
    model = build(**options).model
    names = [layer.name for layer in model.layers]
    assert names[names.index("concatenation") + 1 : -1] == layers
    assert model.output_shape == (None, dim)


def test_paths_of_variables_begin_with_their_encoder():
    paths = {variable.path for variable in build(embedding_dim=3).model.variables}
    of = {path for path in paths if path.startswith(tuple(f"{scope}/" for scope in SCOPES))}
    assert {path.split("/")[0] for path in of} == set(SCOPES)
    assert {path for path in paths - of if "seed" not in path} == {
        "projection/kernel", "projection/bias"
    }  # fmt: skip


def test_both_encoders_learn():
    encoder = build()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(encoder.model(features(encoder), training=True)[:, ::3])
    gradients = tape.gradient(loss, [v.value for v in encoder.model.trainable_variables])
    assert all(gradient is not None for gradient in gradients)


def test_embeddings_are_float32_in_mixed_precision(policy):
    policy("mixed_bfloat16")
    encoder = build()
    vectors = encoder.model(features(encoder))
    assert vectors.dtype == "float32"
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 2**0.5, rtol=1e-5)


def moved(encoder):
    """Stands for training: every weight is another number than it was built with."""
    for variable in encoder.model.weights:
        if "float" in variable.dtype:
            variable.assign(variable + 0.01)
    return encoder


@pytest.mark.parametrize("steps", [(), ("units", "stem")])
def test_comes_back_from_disk(steps, tmp_path):
    title = dataclasses.replace(WORDS, title_steps=steps)
    encoder = moved(build(title=title, neck="batch_norm", embedding_dim=3, dropout=0.1))
    save_encoder(encoder, tmp_path / "saved")
    loaded = load_encoder(tmp_path / "saved")
    assert isinstance(loaded, JointEncoder)
    assert loaded.config == encoder.config
    np.testing.assert_array_equal(loaded.model(features(loaded)), encoder.model(features(encoder)))


def test_comes_back_after_the_folders_of_its_title_encoder_are_gone(tiny_hub, tmp_path):
    title = TitleEncoderConfig("hub", *tiny_hub, max_length=8)
    encoder = moved(build(title=title))
    expected = encoder.model(features(encoder))
    save_encoder(encoder, tmp_path / "saved")
    for folder in tiny_hub:
        shutil.rmtree(folder)
    loaded = load_encoder(tmp_path / "saved")
    np.testing.assert_array_equal(loaded.model(features(loaded)), expected)
    save_encoder(loaded, tmp_path / "saved")
    again = load_encoder(tmp_path / "saved")
    np.testing.assert_array_equal(again.model(features(again)), expected)


def test_equal_encoders_are_saved_as_equal_files(tmp_path):
    for name in ("one", "other"):
        keras.utils.set_random_seed(0)
        save_encoder(build(), tmp_path / name)
    manifests = [(tmp_path / name / "manifest.json").read_bytes() for name in ("one", "other")]
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"neck": "layer_norm"}, "--neck=layer_norm: expected one of none"),
        ({"neck": "dense_dropout_batch_norm"}, "give the size of its dense layer"),
        ({"embedding_dim": -1}, "--embedding_dim=-1: expected at least 0"),
        ({"dropout": 1.0}, "--dropout=1.0: expected at least 0 and below 1"),
    ],
)
def test_refused(values, message):
    with pytest.raises(UsageError, match=message):
        dataclasses.replace(CONFIG, **values)
