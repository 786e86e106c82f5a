"""Titles as sellers write them, made readable: escapes undone, one form for each character.

What a title says of the variant (sizes, counts, model codes) is read by `parse_variants`.
"""

import re
import unicodedata

from shopee_tf.data.variants import Variants, parse_variants

__all__ = [
    "MAX_TITLE_CHARS",
    "Variants",
    "clean_title",
    "has_byte_escapes",
    "parse_variants",
    "undo_byte_escapes",
]

MAX_TITLE_CHARS = 1000
_BYTES_LITERAL = re.compile(r"""^b(['"])(.*)\1$""", re.DOTALL)
_ESCAPED_BYTES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_LONGEST_ESCAPE = 16  # an emoji is four bytes of four characters each
_SPACE = re.compile(r"\s+")


def clean_title(text: str, *, max_chars: int = MAX_TITLE_CHARS, decode_bytes: bool = True) -> str:
    """Cleans a title; cleaning it again changes nothing.

    Undoes literal byte escapes (`b'\\xe2\\x9d\\xa4 murah'`, as in the Shopee catalogue), brings
    characters to Unicode's NFKC form, drops control characters and lone surrogates, and makes
    each run of white space one space.

    Args:
      text: the title.
      max_chars: longer titles are cut.
      decode_bytes: undo literal byte escapes.

    Example:

    >>> clean_title(r"b'Promo \\xe2\\x9d\\xa4  250gr'")
    'Promo ❤ 250gr'
    """
    text = text[: _LONGEST_ESCAPE * max_chars]
    # What a step uncovers may be an escape again: "\\x5cx41" stands for "\\x41", that for "A".
    while (cleaned := _clean_once(text, max_chars, decode_bytes)) != text:
        text = cleaned
    return text


def _clean_once(text, max_chars, decode_bytes):
    if decode_bytes and "\\x" in text:
        text = undo_byte_escapes(text)
    text = "".join(" " if char.isspace() else char for char in text if _is_text(char))
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return text[:max_chars].rstrip()


def has_byte_escapes(text: str) -> bool:
    """Whether a title holds literal byte escapes, among its first 100,000 characters."""
    return _ESCAPED_BYTES.search(text, 0, 100_000) is not None


def undo_byte_escapes(text: str) -> str:
    """Turns literal `\\xNN` runs into the UTF-8 characters they stand for."""
    literal = _BYTES_LITERAL.match(text)
    inner = literal.group(2) if literal else text
    return _ESCAPED_BYTES.sub(_decoded, inner)


def _decoded(match: re.Match) -> str:
    raw = bytes.fromhex(match.group().replace("\\x", ""))
    return raw.decode("utf-8", errors="replace")


def _is_text(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cs")
