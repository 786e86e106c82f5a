import shutil

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.preset import load_backbone
from shopee_tf.models.saving import load_encoder, save_encoder
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder
from tfrecords.errors import UsageError

keras_hub = pytest.importorskip("keras_hub", reason="KerasHub is not installed")

# Keras's own save_weights asks TensorFlow's variables for arrays in the manner of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "shoe"]
TITLES = ["Red shoe", "blue blue red", ""]


@pytest.fixture
def preset(tmp_path):
    folder = str(tmp_path / "preset")
    keras_hub.models.BertBackbone(
        vocabulary_size=len(VOCABULARY), num_layers=1, num_heads=2, hidden_dim=8,
        intermediate_dim=16, max_sequence_length=12,
    ).save_to_preset(folder)  # fmt: skip
    keras_hub.models.BertTokenizer(VOCABULARY, lowercase=True).save_to_preset(folder)
    return folder


def build(preset, **kwargs):
    return build_title_encoder(
        TitleEncoderConfig("keras_hub", preset, **{"max_length": 6, **kwargs})
    )


def test_titles_become_tokens_of_the_same_names_as_any_encoders(preset):
    encoder = build(preset)
    (tokens,) = tf.data.Dataset.from_tensor_slices(TITLES).batch(3).map(encoder.tokenize)
    assert tokens["input_word_ids"].numpy().tolist() == [
        [2, 5, 7, 3, 0, 0], [2, 6, 6, 5, 3, 0], [2, 3, 0, 0, 0, 0],
    ]  # fmt: skip
    assert tokens["input_mask"].numpy().sum(axis=1).tolist() == [4, 5, 2]
    assert {value.dtype for value in tokens.values()} == {tf.int32}


@pytest.mark.parametrize("pooling", ["mean", "cls", "pooled"])
def test_embeddings_are_those_of_the_backbone(pooling, preset):
    encoder = build(preset, pooling=pooling)
    tokens = encoder.tokenize(TITLES)
    outputs = keras_hub.models.Backbone.from_preset(preset)(
        {
            "token_ids": tokens["input_word_ids"],
            "padding_mask": tokens["input_mask"],
            "segment_ids": tokens["input_type_ids"],
        }
    )
    sequence = outputs["sequence_output"].numpy()
    expected = {
        "mean": [vectors[:n].mean(axis=0) for vectors, n in zip(sequence, [4, 5, 2])],
        "cls": sequence[:, 0],
        "pooled": outputs["pooled_output"],
    }[pooling]
    np.testing.assert_allclose(encoder.model(tokens), expected, atol=1e-5)


def test_saved_it_needs_the_preset_no_more(preset, tmp_path):
    encoder = build(preset)
    encoder.model.trainable_variables[0].assign_add(
        tf.ones_like(encoder.model.trainable_variables[0])
    )
    expected = encoder.model(encoder.tokenize(TITLES))
    save_encoder(encoder, tmp_path / "saved")
    shutil.rmtree(preset)
    loaded = load_encoder(tmp_path / "saved")
    np.testing.assert_array_equal(loaded.model(loaded.tokenize(TITLES)), expected)


def test_equal_encoders_are_saved_as_equal_files(preset, tmp_path):
    for name in ("one", "other"):
        save_encoder(build(preset), tmp_path / name)
    manifests = [(tmp_path / name / "manifest.json").read_bytes() for name in ("one", "other")]
    assert manifests[0] == manifests[1]


def test_what_is_no_preset_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="nowhere: not a preset of KerasHub") as caught:
        build(str(tmp_path / "nowhere"))
    assert "\n" not in str(caught.value)


def test_more_tokens_than_positions_are_refused(preset):
    with pytest.raises(UsageError, match="has positions for 12 tokens"):
        build(preset, max_length=13)


def test_a_package_that_conversion_needs_is_asked_for_in_one_line(monkeypatch):
    def convert(*arguments, **options):
        raise ImportError("loading needs safetensors: pip install safetensors")

    monkeypatch.setattr("keras_hub.models.Backbone.from_preset", convert)
    with pytest.raises(UsageError, match="^--encoder=hf://a/b: .* pip install safetensors$"):
        load_backbone("hf://a/b")
