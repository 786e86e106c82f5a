"""Words that two titles share, with their IDF by hand."""

import math

from shopee_tf.explaining.words import Word, compare_words, count_words, written_words

TITLES = ["Tas kulit ASLI", "tas, tas kulit!", "tas kain", "topi"]


def test_shared_words_come_rarest_first_with_their_idf():
    found = compare_words(TITLES[0], TITLES[1], count_words(TITLES))
    kulit, tas = 1 + math.log(5 / 3), 1 + math.log(5 / 4)
    assert found.shared == (Word("kulit", kulit, 2, "kulit"), Word("tas", tas, 3, "tas"))


def test_words_of_one_title_stand_apart():
    found = compare_words(TITLES[0], TITLES[2], count_words(TITLES))
    assert [one.word for one in found.first] == ["asli", "kulit"]
    assert [(one.word, one.titles) for one in found.second] == [("kain", 1)]


def test_a_title_without_words_shares_none():
    assert compare_words("", "tas", count_words(["", "tas"])).shared == ()


def test_words_that_were_cut_stand_as_both_titles_have_them():
    titles, cut = ["Cleaning pads 2", "cleaned 2 bag"], ["clean pad 2", "clean 2 bag"]
    written = [written_words(title, ["stem"]) for title in titles]
    found = compare_words(*cut, count_words(cut), written=written)
    assert [one.written for one in found.shared] == ["2", "cleaning/cleaned"]
    assert [one.written for one in found.first] == ["pads"]
    assert [one.written for one in found.second] == ["bag"]
