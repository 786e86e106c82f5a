import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.tokenizer import INPUT_NAMES, WordPieceTokenizer, read_vocabulary
from shopee_tf.models.vocabulary import SPECIAL
from tfrecords.errors import IntegrityError, UsageError

VOCABULARY = [*SPECIAL, "red", "shoe", "##s", "!"]  # ids 0 to 7


@pytest.fixture
def tokenizer():
    return WordPieceTokenizer(VOCABULARY, max_length=6)


def ids(tokens):
    return tokens["input_word_ids"].numpy().tolist()


def test_pieces_between_start_and_end_then_padding(tokenizer):
    tokens = tokenizer(["Red shoes", ""])
    assert ids(tokens) == [[2, 4, 5, 6, 3, 0], [2, 3, 0, 0, 0, 0]]
    assert tokens["input_mask"].numpy().tolist() == [[1, 1, 1, 1, 1, 0], [1, 1, 0, 0, 0, 0]]
    assert not tokens["input_type_ids"].numpy().any()


def test_a_long_title_is_cut_and_keeps_its_end(tokenizer):
    assert ids(tokenizer(["red red red red red red red red"])) == [[2, 4, 4, 4, 4, 3]]


def test_what_the_vocabulary_cannot_spell_is_unknown(tokenizer):
    assert ids(tokenizer(["red 手機 !"])) == [[2, 4, 1, 1, 7, 3]]


def test_tokens_are_int32_of_a_known_length(tokenizer):
    dataset = tf.data.Dataset.from_tensor_slices(["red", "shoes!"]).batch(2).map(tokenizer)
    expected = tf.TensorSpec([None, 6], tf.int32)
    assert dataset.element_spec == dict.fromkeys(INPUT_NAMES, expected)


def test_tf_data_equals_eager(tokenizer):
    titles = ["red", "shoes!", ""]
    (inside,) = tf.data.Dataset.from_tensor_slices(titles).batch(3).map(tokenizer)
    np.testing.assert_array_equal(inside["input_word_ids"], tokenizer(titles)["input_word_ids"])


def test_a_million_characters_are_cut(tokenizer):
    assert ids(tokenizer(["red " * 250_000])) == [[2, 4, 4, 4, 4, 3]]


def test_the_vocabulary_is_read_as_it_was_written(tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    assert read_vocabulary(tmp_path) == VOCABULARY


def test_no_vocabulary_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(IntegrityError, match="vocab.txt: no such file"):
        read_vocabulary(tmp_path)


def test_a_vocabulary_without_special_pieces_is_refused():
    with pytest.raises(UsageError, match=r"lacks \[PAD\] \[SEP\]"):
        WordPieceTokenizer(["[UNK]", "[CLS]", "red"], max_length=6)
