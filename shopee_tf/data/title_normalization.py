"""Normalisation of titles: what sellers write in many ways, written in one."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from shopee_tf.data.quantities import find_quantities
from shopee_tf.data.title_words import drop_promo, drop_stop_words
from shopee_tf.data.titles import undo_byte_escapes
from shopee_tf.data.word_forms import lemmatize_words, stem_words
from tfrecords.errors import UsageError


def normalize_title(title: str, steps: Sequence[str]) -> str:
    """Applies steps to a title, in the order of `STEPS` whatever the order they are named in.

    Args:
      title: the title, as `clean_title` leaves it.
      steps: names among `STEPS`; none leaves the title as it is.

    Raises:
      UsageError: no such step.

    Example:
      >>> normalize_title("Gula pasir 0,25 Kilo isi 12", ["units"])
      'Gula pasir 250g 12pcs'
    """
    check_steps(steps)
    for name, apply in _APPLY.items():
        if name in steps:
            title = apply(title)
    return title


def check_steps(steps: Sequence[str]) -> None:
    """Refuses steps that do not exist.

    Raises:
      UsageError: naming the first, and those that exist.
    """
    for step in steps:
        if step not in _APPLY:
            raise UsageError(f"title step {step!r}: expected among {', '.join(STEPS)}")


def unify_units(title: str) -> str:
    """Writes each quantity as one word in one unit: "250 gram" and "0,25kg" become "250g".

    Example:
      >>> unify_units("Kabel 4,5 meter (isi 1 lusin)")
      'Kabel 450cm (12pcs)'
    """
    parts, end = [], 0
    for quantity in find_quantities(title):
        before, after = title[end : quantity.start], title[quantity.end : quantity.end + 1]
        left = " " if before[-1:].isalnum() else ""
        right = " " if after.isalnum() else ""
        parts += [before, left, str(quantity), right]
        end = quantity.end
    return "".join([*parts, title[end:]])


def undo_escapes(title: str) -> str:
    """Undoes literal byte escapes, as `clean_title` does, and those of white space.

    Here a bytes literal is undone also where no byte in it is escaped: there `b"..."` may be
    somebody's quotes, but to a search they are no loss.

    Example:
      >>> undo_escapes(r"b'Tas \\xc3\\xa9legan\\nwanita'")
      'Tas élegan wanita'
    """
    return _ESCAPED_SPACE.sub(" ", undo_byte_escapes(title))


def drop_accents(title: str) -> str:
    """Writes Latin letters without their accents; other scripts keep their marks.

    Example:
      >>> drop_accents("Crème brûlée")
      'Creme brulee'
    """
    return title if title.isascii() else _ACCENTED.sub(lambda found: _bare(found.group()), title)


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter)[0]


def drop_punctuation(title: str) -> str:
    """Keeps letters, digits and marks; all else is white space.

    Decimal marks go too: name "units" as well, which comes first, to keep "4,5 m" one word.

    Example:
      >>> drop_punctuation("[READY] T-shirt, 100% katun!")
      'READY T shirt 100 katun'
    """
    return " ".join(_PUNCTUATION.sub(" ", title).split())


# Precomposed Latin letters with accents: Latin-1, Extended-A and -B, Extended Additional.
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_ESCAPED_SPACE = re.compile(r"\\[nrt]")
_PUNCTUATION = re.compile(r"[^\w\s]")

_APPLY: dict[str, Callable[[str], str]] = {
    "byte_escapes": undo_escapes,
    "accents": drop_accents,
    "units": unify_units,
    "promo": drop_promo,
    "punctuation": drop_punctuation,
    "stop_words": drop_stop_words,
    "lemma": lemmatize_words,
    "stem": stem_words,
}

STEPS = tuple(_APPLY)
"""The names of the steps, in the order in which they are applied."""
