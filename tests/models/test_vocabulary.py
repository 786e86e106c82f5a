import pytest

from shopee_tf.models.vocabulary import SPECIAL, learn_vocabulary, words

TITLES = ["Red shoe red", "blue shoe", "Tas RED murah", "murah!", "sepatu", "baju batu"]


def test_special_pieces_come_first_then_characters_then_frequent_words():
    vocabulary = learn_vocabulary(TITLES, 100)
    assert vocabulary[:4] == list(SPECIAL)
    assert {"!", "r", "##r"} <= set(vocabulary)
    first_word = vocabulary.index("red")
    assert vocabulary[first_word : first_word + 3] == ["red", "murah", "shoe"]


def test_words_seen_once_are_left_out_and_their_common_ending_is_kept():
    vocabulary = learn_vocabulary(TITLES, 100)
    assert "sepatu" not in vocabulary
    assert "##tu" in vocabulary  # sepatu, batu


def test_the_order_of_the_titles_does_not_matter():
    assert learn_vocabulary(TITLES) == learn_vocabulary(TITLES[::-1])


def test_no_piece_twice_and_no_more_than_asked():
    titles = [f"word{number} word{number} item{number % 37}" for number in range(500)]
    vocabulary = learn_vocabulary(titles, 200)
    assert len(vocabulary) == len(set(vocabulary)) == 200


def test_characters_go_in_even_beyond_the_size():
    assert {"r", "##r"} <= set(learn_vocabulary(TITLES, 5))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Crème BRÛLÉE", ["creme", "brulee"]),
        ("2x50ml, 100%", ["2x50ml", ",", "100", "%"]),
        ("snake_case", ["snake", "_", "case"]),
        ("", []),
    ],
)
def test_words_are_lower_case_without_accents_and_punctuation_apart(title, expected):
    assert words(title) == expected
