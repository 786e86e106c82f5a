"""The words of two titles, and how rare each is in the catalogue."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shopee_tf.retrieval.title_terms import WORD


class Word(NamedTuple):
    """A word and how much it tells."""

    word: str
    idf: float  # 1 + ln((1 + listings) / (1 + titles)), the weight that TF-IDF gives it
    titles: int  # that have it


class WordSets(NamedTuple):
    """The words of two titles, of each the rarest first."""

    shared: tuple[Word, ...]
    first: tuple[Word, ...]  # only in the first
    second: tuple[Word, ...]  # only in the second


class WordCounts(NamedTuple):
    """In how many titles of a catalogue each word stands."""

    listings: int
    titles: Counter[str]


def words_of(title: str) -> set[str]:
    """The words of a title as TF-IDF sees them: runs of letters and digits, lower case."""
    return set(re.findall(WORD, title.lower()))


def count_words(titles: Sequence[str]) -> WordCounts:
    """Counts in how many of the titles each word stands."""
    return WordCounts(len(titles), Counter(word for title in titles for word in words_of(title)))


def compare_words(first: str, second: str, counts: WordCounts) -> WordSets:
    """Tells which words two titles of a catalogue share, and which only one of them has.

    Example:
      >>> titles = ["tas kulit", "tas kain", "tas kulit coklat"]
      >>> found = compare_words(titles[0], titles[2], count_words(titles))
      >>> [(word, round(idf, 3), count) for word, idf, count in found.shared]
      [('kulit', 1.288, 2), ('tas', 1.0, 3)]
      >>> [word for word, _, _ in found.second]
      ['coklat']
    """
    ours, theirs = words_of(first), words_of(second)
    return WordSets(
        _rarest_first(ours & theirs, counts),
        _rarest_first(ours - theirs, counts),
        _rarest_first(theirs - ours, counts),
    )


def _rarest_first(words: Iterable[str], counts: WordCounts) -> tuple[Word, ...]:
    weighed = [
        Word(word, 1 + math.log((1 + counts.listings) / (1 + counts.titles[word])),
             counts.titles[word])
        for word in words
    ]  # fmt: skip
    return tuple(sorted(weighed, key=lambda word: (word.titles, word.word)))
