import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.arc_margin import smoothed_cross_entropy
from shopee_tf.models.classifier import build_classifier
from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder

TITLES = ["Red shoe", "Blue shirt murah", "phone case", "baju"]
LABELS = tf.constant([0, 1, 2, 0])


@pytest.fixture
def image():
    config = ImageEncoderConfig("tiny", image_size=32, embedding_dim=8, weights="none")
    pixels = np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3)).astype("float32")
    return build_image_encoder(config).model, tf.constant(pixels)


@pytest.fixture
def scratch():
    config = TitleEncoderConfig("scratch", max_length=8, hidden_dim=16, dropout=0.1)
    encoder = build_title_encoder(config, titles=TITLES)
    return encoder.model, encoder.tokenize(TITLES)


@pytest.fixture
def hub(tiny_hub):
    encoder = build_title_encoder(TitleEncoderConfig("hub", *tiny_hub, max_length=8))
    return encoder.model, encoder.tokenize(TITLES)


def step(model, features):
    """One plain step of gradient descent; returns how far each variable moved."""
    before = [variable.numpy() for variable in model.trainable_variables]
    with tf.GradientTape() as tape:
        logits = model((features, LABELS), training=True)
        loss = tf.reduce_mean(smoothed_cross_entropy(LABELS, logits))
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return {
        variable.path: np.abs(variable.numpy() - old).max()
        for variable, old in zip(model.trainable_variables, before)
    }


@pytest.mark.parametrize("kind", ["image", "scratch", "hub"])
def test_one_step_moves_the_weights_of_the_encoder(kind, request):
    encoder, features = request.getfixturevalue(kind)
    before = np.array(encoder(features))
    moved = step(build_classifier(encoder, 3), features)
    # The bias of attention's keys adds the same to every score of a query: it has no gradient.
    # The pooler of a hub encoder is not on the path of mean pooling.
    still = {path for path, distance in moved.items() if distance == 0}
    assert all("key/bias" in path or "pooler" in path for path in still)
    assert np.abs(np.array(encoder(features)) - before).max() > 1e-4


def test_the_weights_are_the_encoders_own(image):
    encoder, _ = image
    classifier = build_classifier(encoder, 3)
    own = {id(variable) for variable in encoder.trainable_variables}
    rest = [v.path for v in classifier.trainable_variables if id(v) not in own]
    assert rest == ["arc_margin/class_centers"]


def test_the_head_gives_float32_logits_of_every_class(scratch, policy):
    policy("mixed_bfloat16")
    encoder, features = scratch
    logits = build_classifier(encoder, 5, scale=30.0)((features, LABELS))
    assert (logits.shape, logits.dtype) == ((4, 5), tf.float32)
    assert np.abs(logits).max() <= 30.0 * 1.6


@pytest.mark.parametrize("head", ["arcface", "supcon"])
def test_dropout_of_the_head_is_for_training_only(image, head):
    encoder, features = image
    model = build_classifier(encoder, 3, head=head, dropout=0.5)
    calm = [np.array(model((features, LABELS))) for _ in range(2)]
    np.testing.assert_array_equal(*calm)
    encoder.trainable = False
    dropped = [np.array(model((features, LABELS), training=True)) for _ in range(2)]
    assert np.abs(dropped[0] - dropped[1]).max() > 0.1


@pytest.mark.parametrize("head", ["supcon", "multi_similarity"])
def test_losses_between_rows_get_embeddings_of_length_one(scratch, policy, head):
    policy("mixed_bfloat16")
    encoder, features = scratch
    model = build_classifier(encoder, 5, head=head)
    found = model((features, LABELS))
    expected = keras.ops.normalize(keras.ops.cast(encoder(features), "float32"), axis=-1)
    assert found.dtype == tf.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert len(model.variables) == len(encoder.variables)


def test_margin_and_easy_margin_reach_the_head(image):
    encoder, _ = image
    head = build_classifier(encoder, 2, margin=[0.1, 0.2], easy_margin=True).get_layer("arc_margin")
    assert head.easy_margin
    np.testing.assert_allclose(head.margin, [0.1, 0.2])


def test_a_plain_softmax_multiplies_embeddings_as_long_as_they_are(image):
    encoder, features = image
    model = build_classifier(encoder, 3, head="softmax")
    (weights,) = (v for v in model.variables if "arc_margin" in v.path)
    expected = np.array(encoder(features)) @ weights.numpy().T
    np.testing.assert_allclose(model((features, LABELS)), expected, rtol=1e-4, atol=1e-5)
    others = model((features, (LABELS + 1) % 3))
    np.testing.assert_array_equal(others, model((features, LABELS)))


@pytest.mark.parametrize("head", ["arcface", "softmax", "curricular"])
def test_of_mixed_photos_the_logits_at_both_labels_are_given(image, head):
    encoder, features = image
    plain = build_classifier(encoder, 3, head=head)
    mixed = build_classifier(encoder, 3, head=head, mixed=True)
    mixed.set_weights(plain.get_weights())
    others = tf.roll(LABELS, 1, axis=0)
    found = mixed((features, (LABELS, others, tf.fill([4], 0.5))))
    for logits, labels in zip(found, (LABELS, others), strict=True):
        np.testing.assert_allclose(logits, plain((features, labels)), atol=1e-4)
    assert mixed.layers[-1].name == "arc_margin"
