import sys

import pytest

from shopee_tf.data import word_forms
from tfrecords.errors import ResourceError


@pytest.mark.parametrize("word", ["pembersih", "membersihkan", "dibersihkan", "bersih"])
def test_indonesian_forms_have_one_stem(word):
    assert word_forms.stem_words(word) == "bersih"


@pytest.mark.parametrize("word", ["Cleaning", "cleans", "cleaned", "clean"])
def test_english_forms_have_one_stem(word):
    assert word_forms.stem_words(word) == "clean"


@pytest.mark.parametrize(("word", "lemma"), [("mainan", "main"), ("children", "child")])
def test_lemmas_of_both_languages(word, lemma):
    assert word_forms.lemmatize_words(word) == lemma


@pytest.mark.parametrize("change", [word_forms.stem_words, word_forms.lemmatize_words])
def test_what_is_no_word_stays(change):
    assert change("A10s 250gr! 1_2") == "A10s 250gr! 1_2"


def test_without_simplemma_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "simplemma", None)
    word_forms._lemmatize.cache_clear()
    with pytest.raises(ResourceError, match="pip install 'shopee_tf\\[lemma\\]'"):
        word_forms.lemmatize_words("tas")
