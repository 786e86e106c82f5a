"""What stands between the pooled features and the embedding."""

import keras
import numpy as np
import pytest

from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder
from shopee_tf.models.necks import apply_neck
from shopee_tf.models.title_encoder import TitleEncoderConfig
from tfrecords.errors import UsageError

POOLED = np.random.default_rng(0).normal(3, 2, (64, 6)).astype("float32")


def model_of(neck, *, embedding_dim=4, dropout=0.5):
    pooled = keras.Input([6])
    return keras.Model(
        pooled, apply_neck(pooled, neck, embedding_dim=embedding_dim, dropout=dropout)
    )


@pytest.mark.parametrize(
    ("neck", "expected"),
    [
        ("none", ["dropout", "projection", "embedding"]),
        ("batch_norm", ["dropout", "projection", "neck", "embedding"]),
        ("dense_dropout_batch_norm", ["projection", "dropout", "neck", "embedding"]),
    ],
)
def test_the_layers_stand_in_the_order_named(neck, expected):
    assert [layer.name for layer in model_of(neck).layers[1:]] == expected


def test_what_has_no_size_is_left_out():
    layers = model_of("batch_norm", embedding_dim=0, dropout=0.0).layers
    assert [layer.name for layer in layers[1:]] == ["neck", "embedding"]


def test_batch_normalization_gives_components_mean_0_and_variance_1():
    found = np.array(model_of("batch_norm", dropout=0.0)(POOLED, training=True))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(found.var(axis=0), 1, atol=1e-2)


@pytest.mark.parametrize("neck", ["none", "batch_norm", "dense_dropout_batch_norm"])
def test_an_image_encoder_has_the_neck_it_is_given(neck):
    config = ImageEncoderConfig("tiny", image_size=32, weights="none", embedding_dim=8, neck=neck)
    model = build_image_encoder(config).model
    assert model.output_shape == (None, 8)
    assert ("neck" in [layer.name for layer in model.layers]) == (neck != "none")


@pytest.mark.parametrize("config", [ImageEncoderConfig, TitleEncoderConfig])
@pytest.mark.parametrize(
    ("neck", "message"),
    [("dense", "expected one of none"), ("dense_dropout_batch_norm", "give the size")],
)
def test_a_neck_that_cannot_be_built_is_refused(config, neck, message):
    source = {"source": "scratch"} if config is TitleEncoderConfig else {}
    with pytest.raises(UsageError, match=f"--neck={neck}: {message}"):
        config(neck=neck, **source)
