import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder
from tests.models import tiny_hub as tiny
from tfrecords.errors import UsageError

TITLES = ["Red shoe murah", "blue SHIRT 12", "phone case", ""]


@pytest.fixture
def build(tiny_hub):
    def build(source, **kwargs):
        paths = tiny_hub if source == "hub" else ("", "")
        sizes = {"hidden_dim": 16} if source == "scratch" else {}
        config = TitleEncoderConfig(source, *paths, **{"max_length": 20, **sizes, **kwargs})
        return build_title_encoder(config, titles=TITLES)

    return build


@pytest.mark.parametrize(
    ("source", "pooling"),
    [("hub", "mean"), ("hub", "cls"), ("hub", "pooled"), ("scratch", "mean"), ("scratch", "cls")],
)
def test_padding_does_not_matter(source, pooling, build):
    encoder = build(source, pooling=pooling)
    tokens = encoder.tokenize(TITLES)
    longest = int(tf.reduce_max(tf.reduce_sum(tokens["input_mask"], axis=1)))
    cut = {name: value[:, :longest] for name, value in tokens.items()}
    assert longest < 20
    np.testing.assert_allclose(encoder.model(cut), encoder.model(tokens), atol=1e-5)


@pytest.mark.parametrize("source", ["hub", "scratch"])
def test_an_empty_title_has_a_finite_embedding(source, build):
    encoder = build(source)
    assert np.isfinite(encoder.model(encoder.tokenize([""]))).all()


def test_mean_pooling_of_a_hub_encoder_by_numpy(build):
    encoder = build("hub")
    tokens = encoder.tokenize(TITLES)
    sequence = tf.saved_model.load(encoder.config.encoder)(tokens, training=False)
    sequence = sequence["sequence_output"].numpy()
    lengths = tokens["input_mask"].numpy().sum(axis=1)
    expected = [vectors[:length].mean(axis=0) for vectors, length in zip(sequence, lengths)]
    np.testing.assert_allclose(encoder.model(tokens), expected, rtol=1e-4)


def test_cls_and_pooled_are_the_encoders_own(build):
    encoder = build("hub", pooling="cls")
    tokens = encoder.tokenize(TITLES)
    saved = tf.saved_model.load(encoder.config.encoder)(tokens, training=False)
    np.testing.assert_allclose(encoder.model(tokens), saved["sequence_output"][:, 0], rtol=1e-4)
    pooled = build("hub", pooling="pooled").model(tokens)
    np.testing.assert_allclose(pooled, saved["pooled_output"], rtol=1e-4)


@pytest.mark.parametrize("source", ["hub", "scratch"])
def test_a_projection_gives_the_size_asked_for_in_float32(source, build, policy):
    policy("mixed_bfloat16")
    encoder = build(source, embedding_dim=5)
    embedding = encoder.model(encoder.tokenize(TITLES))
    assert (embedding.shape, embedding.dtype) == ((4, 5), tf.float32)
    assert encoder.model.layers[-1].name == "embedding"


@pytest.mark.parametrize("source", ["hub", "scratch"])
def test_dropout_is_for_training_only(source, build):
    encoder = build(source, dropout=0.5)
    tokens = encoder.tokenize(TITLES)
    calm = np.array(encoder.model(tokens))
    np.testing.assert_array_equal(encoder.model(tokens), calm)
    assert np.abs(np.array(encoder.model(tokens, training=True)) - calm).max() > 0.01


def test_the_order_of_words_matters_to_a_scratch_encoder(build):
    encoder = build("scratch")
    one, other = np.array(encoder.model(encoder.tokenize(["red shoe", "shoe red"])))
    assert np.abs(one - other).max() > 1e-4


def test_a_scratch_encoder_is_as_large_as_asked(build):
    small = build("scratch", num_layers=1).model
    large = build("scratch", num_layers=3, hidden_dim=32, num_heads=4).model
    assert large.output_shape == (None, 32)
    norms = [layer.name for layer in large.layers if layer.name.endswith("attention_norm")]
    assert norms == ["layer1_attention_norm", "layer2_attention_norm", "layer3_attention_norm"]
    assert large.count_params() > 3 * small.count_params()


def test_an_encoder_saved_for_one_length_says_so(tiny_hub, tmp_path):
    fixed = tiny.make_encoder(tmp_path / "fixed", length=8)
    with pytest.raises(UsageError, match="--max_length=12: .*fixed was saved for 8 tokens only"):
        build_title_encoder(TitleEncoderConfig("hub", fixed, tiny_hub[1], max_length=12))
    encoder = build_title_encoder(TitleEncoderConfig("hub", fixed, tiny_hub[1], max_length=8))
    assert encoder.model.inputs[0].shape == (None, 8)
    assert encoder.model(encoder.tokenize(TITLES)).shape == (4, tiny.DIM)


def test_more_tokens_than_positions_are_refused(build):
    with pytest.raises(UsageError, match="--max_length=33: .*has positions for 32 tokens"):
        build("hub", max_length=33)


def test_scratch_needs_titles_and_has_no_pooler(build):
    with pytest.raises(UsageError, match="needs titles to learn a vocabulary from"):
        build_title_encoder(TitleEncoderConfig("scratch"))
    with pytest.raises(UsageError, match="a scratch encoder has mean and cls"):
        build("scratch", pooling="pooled")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"source": "bert"}, "--source=bert: expected one of hub, keras_hub, scratch"),
        ({"source": "hub"}, "needs --encoder= and --preprocessor="),
        ({"source": "hub", "encoder": "x"}, "needs --encoder= and --preprocessor="),
        ({"source": "keras_hub"}, "needs --encoder=, a preset's name or folder"),
        ({"pooling": "max"}, "expected one of pooled, mean, cls"),
        ({"max_length": 2}, "--max_length=2: expected at least 3"),
        ({"dropout": -0.1}, "expected at least 0"),
        ({"hidden_dim": 10, "num_heads": 4}, "expected a multiple of --num_heads=4"),
        ({"num_layers": 0}, "expected at least 1"),
        ({"vocabulary_size": 5}, "expected at least 100"),
        ({"encoder_dropout": True}, "is for hub encoders, not scratch"),
    ],
)
def test_what_cannot_be_used_is_refused(values, message):
    with pytest.raises(UsageError, match=message):
        TitleEncoderConfig(**{"source": "scratch", **values})
