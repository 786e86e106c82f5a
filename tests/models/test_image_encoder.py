import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.image_encoder import ImageEncoderConfig, backbone_of, build_image_encoder
from shopee_tf.models.pooling import GeneralizedMean, MaskedMean
from tfrecords.errors import UsageError

PIXELS = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype("float32")


def tiny(**kwargs):
    return build_image_encoder(
        ImageEncoderConfig("tiny", image_size=32, weights="none", **kwargs)
    ).model


def test_the_backbone_within_a_model_is_the_one_it_was_built_of():
    inputs = keras.Input((32, 32, 3))
    backbone = keras.Model(inputs, keras.layers.Conv2D(4, 3)(inputs))
    config = ImageEncoderConfig("tiny", image_size=32, weights="none", neck="batch_norm")
    assert backbone_of(build_image_encoder(config, backbone=backbone).model) is backbone


@pytest.mark.parametrize(("embedding_dim", "expected"), [(0, 192), (16, 16)])
def test_size_of_the_embedding(embedding_dim, expected):
    assert tiny(embedding_dim=embedding_dim)(PIXELS).shape == (3, expected)


@pytest.mark.parametrize("name", ["mixed_bfloat16", "mixed_float16"])
def test_the_embedding_is_float32_whatever_the_policy(name, policy):
    policy(name)
    model = tiny(embedding_dim=16)
    assert model(PIXELS).dtype == tf.float32
    assert model.get_layer("projection").compute_dtype == name.removeprefix("mixed_")
    assert model.layers[-1].name == "embedding"


def test_the_embedding_is_not_normalised():
    lengths = np.linalg.norm(tiny(embedding_dim=16)(PIXELS), axis=1)
    assert np.abs(lengths - 1).max() > 0.01


@pytest.mark.parametrize(
    ("pooling", "dim"), [("avg", 192), ("max", 192), ("gem", 192), ("flatten", 2 * 2 * 192)]
)
def test_every_pooling_gives_one_vector(pooling, dim):
    config = ImageEncoderConfig("tiny", image_size=64, pooling=pooling, weights="none")
    assert build_image_encoder(config).model.output_shape == (None, dim)


def test_dropout_is_for_training_only():
    model = tiny(dropout=0.5)
    np.testing.assert_array_equal(model(PIXELS), model(PIXELS))
    dropped = np.array(model(PIXELS, training=True))
    assert 0.3 < (dropped == 0).mean() < 0.7


def test_the_same_seed_gives_the_same_weights():
    first = tiny().get_weights()
    keras.utils.set_random_seed(0)
    for one, other in zip(first, tiny().get_weights()):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("exponent", [1.0, 3.0])
def test_generalized_mean_by_numpy(exponent):
    features = np.random.default_rng(0).uniform(0.1, 2, (2, 3, 3, 4)).astype("float32")
    expected = (features**exponent).mean(axis=(1, 2)) ** (1 / exponent)
    np.testing.assert_allclose(GeneralizedMean(exponent)(features), expected, rtol=1e-5)


def test_generalized_mean_has_a_finite_gradient_at_zero():
    features = tf.zeros([1, 2, 2, 3])
    layer = GeneralizedMean()
    with tf.GradientTape() as tape:
        tape.watch(features)
        total = tf.reduce_sum(layer(features))
    assert np.isfinite(tape.gradient(total, features)).all()


def test_masked_mean_by_hand():
    features = np.array([[[1.0, 2], [3, 4], [99, 99]], [[5, 6], [0, 0], [0, 0]]], "float32")
    mask = np.array([[1, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(MaskedMean()((features, mask)), [[2, 3], [0, 0]])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "backbone",
            "resnet",
            "resnet: is resnet50 meant. expected one of vgg16, .*keras_hub:PRESET",
        ),
        ("backbone", "keras_hub:", "--backbone=keras_hub:: expected one of"),
        ("pooling", "mean", "expected one of avg, max, gem"),
        ("unfreeze", "", "--unfreeze=: expected all, last_module, last_layer, none, or a block"),
        ("image_size", 16, "--image_size=16: expected at least 32"),
        ("embedding_dim", -1, "expected at least 0"),
        ("dropout", 1.0, "below 1"),
        ("weights", "imagenet", "the tiny backbone has none"),
    ],
)
def test_what_cannot_be_used_is_refused(field, value, message):
    with pytest.raises(UsageError, match=message):
        ImageEncoderConfig(**{"backbone": "tiny", "weights": "none", field: value})


def test_inception_needs_larger_photos():
    with pytest.raises(UsageError, match="--image_size=64: expected at least 75"):
        ImageEncoderConfig("inception_v3", image_size=64)


@pytest.mark.parametrize(
    ("weights", "given", "expected"),
    [("none", None, True), ("imagenet", None, False), ("none", False, False), ("a.h5", True, True)],
)
def test_batch_normalization_trains_by_itself_only_from_scratch(weights, given, expected):
    config = ImageEncoderConfig(weights=weights, train_batch_norm=given)
    assert config.train_batch_norm is expected


@pytest.mark.parametrize(("train", "expected"), [(True, 4), (False, 2)])
def test_the_flag_decides_whether_batch_normalization_trains(train, expected):
    model = tiny(unfreeze="block5", train_batch_norm=train, embedding_dim=8)
    # The projection's kernel and bias, the kernel of the convolution, its gamma and its beta.
    assert len(model.trainable_variables) == expected + 1
