"""Word vectors in the text format of GloVe, word2vec and fastText, read for some words alone."""

import gzip
import io
import itertools
import zlib
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np

from shopee_tf.progress import Progress
from tfrecords import files
from tfrecords.errors import DataError, UsageError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_LINES_BETWEEN_PROGRESS = 10_000

Lines = Iterator[tuple[int, bytes]]


class WordVectors(NamedTuple):
    """The vectors of the words that were asked for and are in the file.

    Attributes:
      words: w words, in the order of the file.
      vectors: [w, dim] float32, finite.
    """

    words: tuple[str, ...]
    vectors: np.ndarray


def read_word_vectors(
    path: str, words: Collection[str], *, progress: Progress | None = None
) -> WordVectors:
    """Reads the vectors of `words` from a file of lines "word v1 v2 ... vd".

    The file is read line by line, and only lines of wanted words are parsed and kept. It may be
    gzipped (told by its first bytes), and its first line may be "count dim", as word2vec writes it.
    Words in it may hold spaces or broken UTF-8: those match nothing. Of a word that stands there
    twice the first counts.

    Args:
      path: the file, local or remote.
      words: what to look for, letter by letter (the case counts).
      progress: called with the bytes read and the bytes of the file.

    Raises:
      DataError: no such file, no vectors in it, or a line with too few or too many numbers or with
        what is no finite number, named by file and line.
    """
    wanted = {word.encode("utf-8", "surrogatepass"): word for word in words}
    lines = _lines(path, progress)
    promised, dim, lines = _shape(path, lines)
    found, num_lines = {}, 0
    for number, line in lines:
        num_lines += 1
        word = line.partition(b" ")[0]
        if word not in wanted and line.count(b" ") == dim:
            continue
        fields = line.split()
        _check_length(path, number, fields, dim)
        if len(fields) == dim + 1 and fields[0] in wanted:
            found.setdefault(wanted[fields[0]], _numbers(path, number, fields))
    if num_lines < max(promised, 1):
        raise DataError(f"{path}: expected {promised or 'some'} word vectors, saw {num_lines}")
    vectors = np.array(list(found.values()), np.float32).reshape(len(found), dim)
    return WordVectors(tuple(found), vectors)


def _shape(path: str, lines: Lines) -> tuple[int, int, Lines]:
    """The count of a header (0 where there is none), the dimension, and the lines of words."""
    number, first = next(lines, (0, b""))
    if not number:
        raise DataError(f"{path} is empty; expected lines of a word and its numbers")
    fields = first.split()
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1]), lines
    numbers = list(itertools.takewhile(_is_number, fields[:0:-1]))
    if not numbers:
        raise DataError(f"{path} line {number}: expected a word and its numbers, saw {first[:60]}")
    return 0, len(numbers), itertools.chain([(number, first)], lines)


def _check_length(path: str, number: int, fields: list[bytes], dim: int) -> None:
    saw = len(fields) - 1
    # What stands before the last dim numbers is the word: more than one field, if it has spaces.
    if saw < dim or (saw > dim and _is_number(fields[-dim - 1])):
        raise DataError(
            f"{path} line {number}: expected a word and {dim} numbers, as in the lines before, "
            f"saw {saw}"
        )


def _numbers(path: str, number: int, fields: list[bytes]) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):
            vector = np.array([float(field) for field in fields[1:]]).astype(np.float32)
    except ValueError as error:
        raise DataError(f"{path} line {number}: {error}") from None
    if not np.isfinite(vector).all():
        raise DataError(f"{path} line {number}: a NaN or an infinity among the numbers")
    return vector


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _lines(path: str, progress: Progress | None) -> Lines:
    """Yields lines that are not blank, counted from 1, without the white space at their end."""
    try:
        with files.open_read(path) as raw:
            total = files.size(path)
            for number, line in enumerate(_unpacked(path, raw), start=1):
                if progress is not None and number % _LINES_BETWEEN_PROGRESS == 0:
                    progress(raw.tell(), total)
                if line := line.rstrip():
                    yield number, line
            if progress is not None:
                progress(total, total)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: no such file of word vectors") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; give the file of word vectors in it") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path}: damaged gzip ({error}); download it again") from None


def _unpacked(path: str, raw):
    start = raw.read(len(_ZIP))
    raw.seek(0)
    if start == _ZIP:
        raise DataError(f"{path} is a zip archive; unpack it, and give one of the files in it")
    return io.BufferedReader(gzip.GzipFile(fileobj=raw)) if start.startswith(_GZIP) else raw
