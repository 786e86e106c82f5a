"""Titles made readable inside a graph, as `clean_title` does when a catalogue is read."""

import tensorflow as tf

from shopee_tf.data.titles import MAX_TITLE_CHARS
from shopee_tf.models.tokenizer import import_tensorflow_text

_SPACES = r"[\t-\r\x{1c}-\x{20}\x{85}\p{Z}]+"  # what Python's str.isspace() calls space


def clean_titles(titles: tf.Tensor) -> tf.Tensor:
    """Brings titles to NFKC, drops control characters, and makes each run of white space one space.

    Bytes that are no UTF-8 become U+FFFD. Unlike `clean_title` it does not undo literal byte
    escapes, as in `b'\\xe2\\x9d\\xa4'`: that takes Python.

    Args:
      titles: [batch] string.

    Returns:
      [batch] string, at most 1,000 characters each.
    """
    titles = tf.strings.unicode_transcode(titles, "UTF-8", "UTF-8", errors="replace")
    titles = tf.strings.regex_replace(titles, _SPACES, " ")
    titles = tf.strings.regex_replace(titles, r"\p{Cc}", "")
    titles = import_tensorflow_text().normalize_utf8(titles, "NFKC")
    titles = tf.strings.strip(tf.strings.regex_replace(titles, _SPACES, " "))
    return tf.strings.strip(tf.strings.substr(titles, 0, MAX_TITLE_CHARS, unit="UTF8_CHAR"))
