"""The words of two titles, and how rare each is in the catalogue."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from shopee_tf.data.title_normalization import normalize_title
from shopee_tf.data.word_forms import FORM_STEPS
from shopee_tf.retrieval.title_terms import WORD


class Word(NamedTuple):
    """A word and how much it tells."""

    word: str
    idf: float  # 1 + ln((1 + listings) / (1 + titles)), the weight that TF-IDF gives it
    titles: int  # that have it
    written: str  # as it stands in the titles compared: "cleaning/cleaned" of the stem "clean"


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


def written_words(title: str, steps: Sequence[str]) -> dict[str, str]:
    """Tells how the words of a normalised title stood in it before they were cut to one form.

    Args:
      title: as the catalogue has it.
      steps: normalise it: `title_normalization.STEPS`.

    Returns:
      By word; nothing where the steps part words or join them, so that none is known again.

    Example:
      >>> written_words("Cleaning pads 100 ml", ["units", "stem"])
      {'100ml': '100ml', 'pad': 'pads', 'clean': 'cleaning'}
    """
    uncut = [step for step in steps if step not in FORM_STEPS]
    cut, whole = (re.findall(WORD, normalize_title(title, some).lower()) for some in (steps, uncut))
    return dict(zip(reversed(cut), reversed(whole))) if len(cut) == len(whole) else {}


def compare_words(
    first: str,
    second: str,
    counts: WordCounts,
    *,
    written: Sequence[Mapping[str, str]] = (),
) -> WordSets:
    """Tells which words two titles of a catalogue share, and which only one of them has.

    Args:
      first: a normalised title.
      second: another.
      counts: of the catalogue.
      written: `written_words` of both; words stand as they are where not given.

    Example:
      >>> titles = ["tas kulit", "tas kain", "tas kulit coklat"]
      >>> found = compare_words(titles[0], titles[2], count_words(titles))
      >>> [(one.word, round(one.idf, 3), one.titles) for one in found.shared]
      [('kulit', 1.288, 2), ('tas', 1.0, 3)]
      >>> [one.word for one in found.second]
      ['coklat']
    """
    ours, theirs = words_of(first), words_of(second)
    return WordSets(
        _rarest_first(ours & theirs, counts, written),
        _rarest_first(ours - theirs, counts, written),
        _rarest_first(theirs - ours, counts, written),
    )


def _rarest_first(words: Iterable[str], counts: WordCounts, written) -> tuple[Word, ...]:
    weighed = []
    for word in words:
        titles = counts.titles[word]
        idf = 1 + math.log((1 + counts.listings) / (1 + titles))
        forms = dict.fromkeys(known[word] for known in written if word in known)
        weighed.append(Word(word, idf, titles, "/".join(forms) or word))
    return tuple(sorted(weighed, key=lambda word: (word.titles, word.word)))
