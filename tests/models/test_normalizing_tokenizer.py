import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.configs import TitleEncoderConfig
from shopee_tf.models.normalizing_tokenizer import NormalizingTokenizer
from shopee_tf.models.saving import load_encoder, save_encoder
from shopee_tf.models.title_encoder import build_title_encoder
from tfrecords.errors import UsageError

CONFIG = TitleEncoderConfig(
    "scratch", max_length=12, hidden_dim=8, num_layers=1, title_steps=("units",)
)
TITLES = ["Gula 250 gram", "gula 0,25kg", "garam halus"]


def encoder():
    return build_title_encoder(CONFIG, titles=TITLES)


def test_titles_are_normalized_before_they_are_cut():
    first, second, third = encoder().tokenize(TITLES)["input_word_ids"].numpy()
    np.testing.assert_array_equal(first, second)
    assert (first != third).any()


def test_tf_data_gives_the_same_tokens():
    tokenize = encoder().tokenize
    batches = tf.data.Dataset.from_tensor_slices(TITLES).batch(3).map(tokenize)
    for name, value in next(iter(batches)).items():
        np.testing.assert_array_equal(value, tokenize(TITLES)[name])
        assert batches.element_spec[name].shape == (None, 12)


def test_a_saved_encoder_keeps_its_steps(tmp_path):
    built = encoder()
    save_encoder(built, tmp_path / "encoder")
    loaded = load_encoder(tmp_path / "encoder")
    assert loaded.config == CONFIG
    for name, value in built.tokenize(TITLES).items():
        np.testing.assert_array_equal(loaded.tokenize(TITLES)[name], value)


def test_bytes_that_are_no_utf8_do_no_harm():
    found = encoder().tokenize(tf.constant([b"gula \xff 250 gram", b""]))
    assert found["input_mask"].numpy()[:, 0].tolist() == [1, 1]


def test_refuses_a_step_that_does_not_exist():
    with pytest.raises(UsageError, match="'unit'"):
        NormalizingTokenizer(lambda titles: titles, steps=["unit"])
    with pytest.raises(UsageError, match="'unit'"):
        TitleEncoderConfig("scratch", title_steps=["unit"])
