import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.hub import HubTextEncoder
from shopee_tf.models.hub_tokenizer import HubTokenizer
from tests.models import tiny_hub as tiny
from tfrecords.errors import IntegrityError, UsageError

TOKENS = {
    "input_word_ids": tf.constant([[2, 5, 6, 3, 0], [2, 7, 3, 0, 0]]),
    "input_mask": tf.constant([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0]]),
    "input_type_ids": tf.zeros([2, 5], tf.int32),
}


def test_outputs_are_those_of_the_saved_model(tiny_hub):
    saved = tf.saved_model.load(tiny_hub[0])(TOKENS, training=False)
    for output in ("sequence_output", "pooled_output"):
        layer = HubTextEncoder(tiny_hub[0], output=output)
        np.testing.assert_allclose(layer(TOKENS), saved[output], rtol=1e-5)


def test_variables_share_their_storage_with_the_saved_model(tiny_hub):
    layer = HubTextEncoder(tiny_hub[0])
    before = np.array(layer(TOKENS))
    layer.hub_variables[0].assign(layer.hub_variables[0] * 2)
    assert np.abs(np.array(layer(TOKENS)) - before).max() > 1e-3


def test_what_trains_is_what_was_saved_to_train(tiny_hub):
    layer = HubTextEncoder(tiny_hub[0])
    assert len(layer.trainable_variables) == 5
    assert [v.path for v in layer.non_trainable_variables] == ["hub/v5_steps"]
    assert layer.trainable_variables[2].path == "hub/v2_layer_own"


def test_frozen_it_trains_nothing_and_adds_no_loss(tiny_hub):
    layer = HubTextEncoder(tiny_hub[0])
    layer.trainable = False
    layer(TOKENS, training=True)
    assert layer.trainable_variables == []
    assert layer.losses == []


def test_the_saved_regularization_is_added_in_training(tiny_hub):
    layer = HubTextEncoder(tiny_hub[0])
    layer(TOKENS, training=True)
    kernel = layer.trainable_variables[2].numpy()
    assert float(layer.losses[0]) == pytest.approx(0.01 * (kernel**2).sum(), rel=1e-5)


def test_training_repeats_unless_the_saved_dropout_is_wanted(tiny_hub):
    calm = HubTextEncoder(tiny_hub[0])
    np.testing.assert_array_equal(calm(TOKENS, training=True), calm(TOKENS))
    dropping = HubTextEncoder(tiny_hub[0], encoder_dropout=True)
    np.testing.assert_array_equal(dropping(TOKENS), calm(TOKENS))
    assert np.abs(dropping(TOKENS, training=True) - calm(TOKENS)).max() > 0.01


def test_symbolic_shapes(tiny_hub):
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in TOKENS}
    assert HubTextEncoder(tiny_hub[0])(inputs).shape == (None, None, tiny.DIM)
    pooled = HubTextEncoder(tiny_hub[0], output="pooled_output")(inputs)
    assert pooled.shape == (None, tiny.DIM)


def test_eager_equals_tf_function(tiny_hub):
    layer = HubTextEncoder(tiny_hub[0])
    np.testing.assert_allclose(tf.function(layer)(TOKENS), layer(TOKENS), rtol=1e-5)


def test_float32_under_mixed_precision(tiny_hub, policy):
    expected = HubTextEncoder(tiny_hub[0])(TOKENS)
    policy("mixed_bfloat16")
    np.testing.assert_allclose(HubTextEncoder(tiny_hub[0])(TOKENS), expected, rtol=1e-5)


def save_module(folder, **attributes):
    module = tf.Module()
    for name, value in attributes.items():
        setattr(module, name, value)
    tf.saved_model.save(module, str(folder))
    return str(folder)


def test_a_saved_model_with_another_contract_lists_what_it_has(tmp_path):
    double = tf.function(lambda x: 2 * x, input_signature=[tf.TensorSpec([None])])
    path = save_module(tmp_path / "other", double=double)
    message = r"not a TF-Hub text encoder; expected .*input_word_ids.* found .*'double'"
    with pytest.raises(IntegrityError, match=message):
        HubTextEncoder(path)


def test_a_preprocessor_is_not_an_encoder(tiny_hub):
    with pytest.raises(IntegrityError, match="found 1 functions of __call__.*bert_pack_inputs"):
        HubTextEncoder(tiny_hub[1])


@pytest.mark.parametrize("damage", ["empty", "cut"])
def test_a_folder_without_a_whole_saved_model_is_one_line(damage, tiny_hub, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    if damage == "cut":
        folder = tmp_path / "hub" / "hub_encoder"
        (folder / "variables" / "variables.data-00000-of-00001").unlink()
    with pytest.raises(IntegrityError, match="not a SavedModel that can be loaded") as caught:
        HubTextEncoder(str(folder))
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_neither_folder_nor_handle():
    with pytest.raises(UsageError, match="nowhere: no such folder, and not a TF-Hub handle"):
        HubTextEncoder("nowhere")


@pytest.mark.parametrize("max_length", [4, 9, 32])
def test_titles_are_packed_at_the_length_asked_for(max_length, tiny_hub):
    tokens = HubTokenizer(tiny_hub[1], max_length=max_length)(["red shoe murah", ""])
    red, shoe = tiny.VOCABULARY.index("red"), tiny.VOCABULARY.index("shoe")
    assert {value.shape for value in tokens.values()} == {(2, max_length)}
    assert tokens["input_word_ids"][0, :3].numpy().tolist() == [2, red, shoe]
    assert tokens["input_mask"].numpy().sum(axis=1).tolist() == [min(5, max_length), 2]


def test_hub_tokens_inside_tf_data_equal_those_outside(tiny_hub):
    tokenizer = HubTokenizer(tiny_hub[1], max_length=9)
    titles = ["red shoe", "xyz 123", ""]
    (inside,) = tf.data.Dataset.from_tensor_slices(titles).batch(3).map(tokenizer)
    for name, value in tokenizer(tf.constant(titles)).items():
        np.testing.assert_array_equal(inside[name], value)


def test_an_encoder_is_not_a_preprocessor(tiny_hub):
    with pytest.raises(IntegrityError, match="lacks tokenize and bert_pack_inputs, and has"):
        HubTokenizer(tiny_hub[0], max_length=9)
