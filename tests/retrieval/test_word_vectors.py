import gzip

import numpy as np
import pytest

from shopee_tf.retrieval.word_vectors import read_word_vectors
from tfrecords.errors import DataError, UsageError

PLAIN = b"tas 1 -2.5e-1\nrumah 9 9\nkopi 0 3\n"
WANTED = ["kopi", "tas", "teh"]


@pytest.fixture
def write(tmp_path):
    def write(content: bytes) -> str:
        (tmp_path / "vectors.txt").write_bytes(content)
        return str(tmp_path / "vectors.txt")

    return write


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        b"3 2\n" + PLAIN,
        gzip.compress(PLAIN, mtime=0),
        gzip.compress(b"3 2\n" + PLAIN, mtime=0),
        PLAIN.replace(b"\n", b" \r\n"),
        PLAIN.replace(b" ", b"\t"),
        PLAIN.rstrip(b"\n"),
        PLAIN + b"\n\n",
        PLAIN + b"tas 7 7\n",
        b". . 5 5\nat name@domain.com 5 5\ntas tangan 5 5\n" + PLAIN,
        b"\xff\xfe 5 5\n\xe2\x80 5 5\n" + PLAIN,
        b"3 5 5\n" + PLAIN,
    ],
    ids=[
        "plain", "header", "gzip", "gzip and header", "trailing space", "tabs", "no last newline",
        "blank lines", "word twice", "words with spaces", "broken UTF-8", "a number as a word",
    ],
)  # fmt: skip
def test_the_wanted_words_are_found(write, content):
    found = read_word_vectors(write(content), WANTED)
    assert found.words == ("tas", "kopi")
    np.testing.assert_array_equal(found.vectors, np.array([[1, -0.25], [0, 3]], np.float32))


def test_words_that_are_not_english(write):
    found = read_word_vectors(write("crème 1 2\n茶 3 4\n".encode()), ["茶", "crème"])
    assert found.words == ("crème", "茶")


def test_none_of_the_words_is_there(write):
    assert read_word_vectors(write(PLAIN), ["teh"]).vectors.shape == (0, 2)


def test_progress_ends_with_all_bytes(write):
    told = []
    content = b"".join(b"w%d 1 2\n" % number for number in range(25_000))
    path = write(content)
    read_word_vectors(path, WANTED, progress=lambda *step: told.append(step))
    assert len(told) == 3
    assert told[-1] == (len(content), len(content))


@pytest.mark.faults
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"tas\n", "line 1: expected a word and its numbers, saw b'tas'"),
        (b"3 2\n", "expected 3 word vectors, saw 0"),
        (b"0 2\n", "expected some word vectors, saw 0"),
        (b"4 2\n" + PLAIN, "expected 4 word vectors, saw 3"),
        (PLAIN + b"rumah 1\n", "line 4: expected a word and 2 numbers.*saw 1"),
        (PLAIN + b"kopi 1\n", "line 4: expected a word and 2 numbers.*saw 1"),
        (PLAIN + b"kopi 1 2 3\n", "line 4: expected a word and 2 numbers.*saw 3"),
        (b"2 3\n" + PLAIN, "line 2: expected a word and 3 numbers.*saw 2"),
        (PLAIN + b"teh 1 x\n", "line 4: could not convert string to float: b'x'"),
        (PLAIN + b"teh 1 nan\n", "line 4: a NaN or an infinity"),
        (PLAIN + b"teh 1 1e40\n", "line 4: a NaN or an infinity"),
        (gzip.compress(PLAIN, mtime=0)[:-9], "damaged gzip"),
        (b"\x1f\x8bnot gzip at all", "damaged gzip"),
        (b"PK\x03\x04rest", "is a zip archive; unpack it"),
    ],
)
def test_what_cannot_be_read_is_named(write, content, message):
    with pytest.raises(DataError, match=f"vectors.txt:? {message}"):
        read_word_vectors(write(content), WANTED)


@pytest.mark.faults
def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="none.txt: no such file"):
        read_word_vectors(str(tmp_path / "none.txt"), WANTED)
    with pytest.raises(UsageError, match="is a folder"):
        read_word_vectors(str(tmp_path), WANTED)
