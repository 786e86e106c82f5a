import numpy as np
import pytest

from shopee_tf.data.titles import clean_title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"b'Tas \xe2\x9d\xa4 murah'", "Tas ❤ murah"),
        (r'b"\xf0\x9f\x94\xa5PROMO\xf0\x9f\x94\xa5"', "🔥PROMO🔥"),
        (r"\xf0\x9f\x94\xa5 tanpa b", "🔥 tanpa b"),
        ("b'tas'", "b'tas'"),  # no escapes: somebody's quotes
        (r"\xe2\x9d", "\ufffd"),  # a character that was cut
        ("ＰＲＯＭＯ ２５０ｍｌ ﬁt", "PROMO 250ml fit"),
        ("cafe\u0301", "café"),
        ("  tas \t\n\u00a0 merah\u3000", "tas merah"),
        ("tas\x07\x1b\x9f merah", "tas merah"),
        ("tas\ud83d merah\udc00", "tas merah"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("حقيبة", "حقيبة"),
        ("", ""),
    ],
)
def test_titles_are_cleaned(text, expected):
    assert clean_title(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        r"\x5cx41",  # stands for \x41, which stands for A
        "＼ｘ４１",
        "\\\x00x41",
        "a\x07\u0301",  # composes once the control character is gone
        r"b'b\x27b'x\x27'",
        "\u00a8\u0301",
        "ab " * 400,
    ],
)
def test_cleaning_again_changes_nothing(text):
    once = clean_title(text)
    assert clean_title(once) == once


def test_random_text_is_cleaned_to_a_fixed_point():
    rng = np.random.default_rng(0)
    letters = list("ab'\"\\x0c4e9 \t\0b\u0301\u00a8\ud800\uff3c❤") + ["\\x", "\\xe2", "b'"]
    for _ in range(3000):
        text = "".join(rng.choice(letters, rng.integers(1, 14)))
        once = clean_title(text, max_chars=8)
        assert clean_title(once, max_chars=8) == once


@pytest.mark.faults
@pytest.mark.parametrize("piece", ["a", "a\u0301", " ", "\\xe2", "\x07", "\\x5c", "\ufdfa"])
def test_of_a_million_characters_only_the_beginning_is_looked_at(piece):
    text = (piece * 1_000_000)[:1_000_000]
    cleaned = clean_title(text, max_chars=1000)
    assert len(cleaned) <= 1000
    assert cleaned == clean_title(text[:16_000], max_chars=1000)


def test_escapes_are_left_where_they_are_wanted():
    assert clean_title(r"b'\xe2\x9d\xa4'", decode_bytes=False) == r"b'\xe2\x9d\xa4'"


def test_a_cut_title_ends_in_no_space():
    assert clean_title("tas merah", max_chars=4) == "tas"


def test_a_title_of_escapes_is_decoded_before_it_is_cut():
    assert clean_title(r"\xf0\x9f\x94\xa5" * 10, max_chars=10) == "🔥" * 10
