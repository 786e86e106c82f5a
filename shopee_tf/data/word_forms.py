"""One form for the forms of a word: stems and lemmas, Indonesian and English."""

import functools
import re
from collections.abc import Callable

from tfrecords.errors import ResourceError

FORM_STEPS = ("lemma", "stem")
"""The steps of a title's normalisation that write a word in another form."""

_WORD = re.compile(r"\b[^\W\d_]+\b")


def stem_words(title: str) -> str:
    """Cuts words down to their stems: "membersihkan" and "pembersih" become "bersih".

    Indonesian endings and beginnings first (Tala 2003), then English endings (Porter 2001), for a
    title mixes both. Words are lowered.

    Example:
      >>> stem_words("Pembersih wajah & cleaning pads")
      'bersih wajah & clean pad'
    """
    return _WORD.sub(_by_word(_stem()), title)


def lemmatize_words(title: str) -> str:
    """Looks words up in dictionaries of lemmas, Indonesian ones first. Words are lowered.

    The dictionaries are those of simplemma (Barbaresi 2023).

    Raises:
      ResourceError: simplemma is not there.

    Example:
      >>> lemmatize_words("Kacamata & brushes")
      'kacamata & brush'
    """
    return _WORD.sub(_by_word(_lemmatize()), title)


def _by_word(change: Callable[[str], str]) -> Callable[[re.Match], str]:
    return lambda match: change(match.group().lower())


@functools.cache
def _stem() -> Callable[[str], str]:
    import snowballstemmer

    stemmers = [snowballstemmer.stemmer(language) for language in ("indonesian", "english")]

    @functools.lru_cache(maxsize=1 << 17)
    def stem(word: str) -> str:
        for stemmer in stemmers:
            word = stemmer.stemWord(word)
        return word

    return stem


@functools.cache
def _lemmatize() -> Callable[[str], str]:
    try:
        import simplemma
    except ImportError as error:
        raise ResourceError(
            f"simplemma is not there ({error}): pip install 'shopee_tf[lemma]', or leave the title "
            "step lemma out"
        ) from None

    @functools.lru_cache(maxsize=1 << 17)
    def lemmatize(word: str) -> str:
        return simplemma.lemmatize(word, lang=("id", "en")).lower()

    return lemmatize
