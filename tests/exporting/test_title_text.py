import sys
import unicodedata

import pytest
import tensorflow as tf

from shopee_tf.data.titles import clean_title
from shopee_tf.exporting.title_text import clean_titles


def cleaned(*titles):
    return [title.decode() for title in clean_titles(tf.constant(titles)).numpy()]


@pytest.mark.parametrize(
    "title",
    [
        "", " ", "red shoe", "  red \t\r\n shoe ", "red\x00 sh\x07oe",
        "\x1c\x85\xa0red\u3000\u2028shoe", "\uff34\uff41\uff53\u3000\ufb01t \u2116\uff15 \u00bd",
        "\u338f", "cafe\u0301", "a\u200bb", "\u2764 murah \U0001f9f8", "\u00a8 \u1e9b\u0323",
        "\u1112\u1161\u11ab", "x" * 999 + " yz", "x" * 1000 + "yz", "\u00e9" * 1001, "\ufdfa" * 90,
    ],
)  # fmt: skip
def test_titles_are_cleaned_as_in_a_catalogue(title):
    assert cleaned(title) == [clean_title(title)]


def test_every_space_and_control_character_is_treated_as_in_a_catalogue():
    characters = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if chr(code).isspace() or unicodedata.category(chr(code)) in ("Cc", "Zs", "Zl", "Zp")
    ]
    titles = [f"a{character}b" for character in characters]
    assert cleaned(*titles) == [clean_title(title) for title in titles]


def test_bytes_that_are_no_text_harm_no_other_title():
    found = clean_titles(tf.constant([b"red \xff shoe", b"\xc3", b"biru"]))
    assert [title.decode() for title in found.numpy()] == ["red \ufffd shoe", "\ufffd", "biru"]


def test_byte_escapes_stay_as_they_are():
    assert cleaned(r"b'\xe2\x9d\xa4 murah'") == [r"b'\xe2\x9d\xa4 murah'"]


@pytest.mark.real_data
def test_real_titles_are_cleaned_as_in_a_catalogue(shared_data):
    import pandas as pd

    titles = pd.read_csv(shared_data / "shopee" / "train.csv").title.tolist()[::10]
    plain = [title for title in titles if "\\x" not in title]
    assert len(plain) > 1000
    assert cleaned(*plain) == [clean_title(title) for title in plain]
