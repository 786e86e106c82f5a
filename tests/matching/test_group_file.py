"""The csv of groups is read back as written; a bad one is refused in one line."""

import pytest

from shopee_tf.matching.group_file import read_group_ids, write_group_ids
from tfrecords.errors import DataError, UsageError


@pytest.mark.parametrize("text", ["a", 'x,"y"', "two\nlines", "a\rb", " spaced ", "é"])
def test_ids_are_read_back_as_written(tmp_path, text):
    write_group_ids({text: "g", "other": text}, tmp_path / "groups.csv")
    assert read_group_ids(tmp_path / "groups.csv") == {text: "g", "other": text}


def test_the_same_groups_give_the_same_bytes(tmp_path):
    write_group_ids({"b": "1", "a": "2"}, tmp_path / "one.csv")
    write_group_ids({"a": "2", "b": "1"}, tmp_path / "other.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "other.csv").read_bytes()
    assert (tmp_path / "one.csv").read_text().splitlines()[1] == '"a","2"'


@pytest.mark.parametrize("bad", [{"": "g"}, {"a": ""}])
def test_an_empty_id_is_not_written(tmp_path, bad):
    with pytest.raises(ValueError, match="an empty id"):
        write_group_ids(bad, tmp_path / "groups.csv")
    assert not (tmp_path / "groups.csv").exists()


@pytest.mark.parametrize(
    "raw, message",
    [
        (b"", "expected the header line posting_id,group_id"),
        (b"posting_id,label\na,1\n", "expected the header line posting_id,group_id"),
        (b"posting_id,group_id\na,1\nb\n", "line 3: expected a posting_id and a group_id"),
        (b"posting_id,group_id\na,\n", "line 2: expected a posting_id and a group_id"),
        (b"posting_id,group_id\na,1,2\n", "line 2: expected a posting_id and a group_id"),
        (b"posting_id,group_id\na,1\na,1\n", "line 3: posting_id a stands there twice"),
        (b'posting_id,group_id\n"a,1\n', "is a quote left open"),
        (b"posting_id,group_id\n\xff,1\n", "not UTF-8 at byte 20"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, raw, message):
    (tmp_path / "groups.csv").write_bytes(raw)
    with pytest.raises(DataError, match=message) as error:
        read_group_ids(tmp_path / "groups.csv")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_group_ids(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="is a folder"):
        read_group_ids(tmp_path)


def test_a_byte_order_mark_is_allowed(tmp_path):
    (tmp_path / "groups.csv").write_bytes("\ufeffposting_id,group_id\na,1\n".encode())
    assert read_group_ids(tmp_path / "groups.csv") == {"a": "1"}
