"""The language of titles."""

import pytest

from shopee_tf.data.title_language import (
    ENGLISH,
    INDONESIAN,
    OTHER,
    title_language,
    title_languages,
)


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("DOMPET BOGESI LIPAT PRIA", INDONESIAN),
        ("Egg white mask hanasui masker telur", OTHER),
        ("Wireless HDMI Dongle Anycast", ENGLISH),
        ("Emina Pore Ranger", OTHER),
        ("", OTHER),
    ],
)
def test_real_titles(title, language):
    assert title_language(title) == language


@pytest.mark.parametrize(
    ("title", "language"),
    [("tas tas bag", INDONESIAN), ("tas bag bag", ENGLISH), ("tas tas bag bag bag", OTHER)],
)
def test_two_thirds_of_the_known_words_decide(title, language):
    assert title_language(title) == language


def test_words_of_both_languages_and_case_say_nothing():
    assert title_language("AIR mini motor") == OTHER
    assert title_language("TAS") == title_language("tas")


def test_titles_of_a_catalogue():
    assert title_languages(["tas", "bag"]).tolist() == [INDONESIAN, ENGLISH]
