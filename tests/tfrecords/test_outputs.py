"""What is written can be written, and is none of what is read."""

import os

import pytest

from tfrecords.errors import ResourceError, UsageError
from tfrecords.outputs import check_apart, check_output, check_outputs, check_writable
from tfrecords.paths import is_special


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matcher").mkdir()
    (tmp_path / "a.csv").write_text("precious")
    os.symlink("a.csv", "link.csv")
    os.symlink("matcher", "same")
    return tmp_path


@pytest.mark.parametrize("path", ["a.csv", "./a.csv", "matcher/../a.csv", "link.csv"])
def test_a_file_that_is_read_is_not_written(path):
    with pytest.raises(UsageError, match=r"^--output=.*a.csv|link.csv: is read .*\(--csv\)"):
        check_outputs([("output", path)], [("csv", "a.csv")])


@pytest.mark.parametrize("path", ["matcher/matcher.json", "same/new.csv"])
def test_a_folder_that_is_read_is_not_written_into(path):
    with pytest.raises(UsageError, match="lies in matcher, which is read by this command"):
        check_outputs([("output", path)], [("matcher", "matcher")])


def test_a_folder_that_is_replaced_holds_nothing_that_is_read():
    with pytest.raises(UsageError, match="replaced as a whole, and same/new.csv in it is read"):
        check_apart([("matcher", "matcher")], [("csv", "same/new.csv")])


def test_two_results_are_two_files():
    with pytest.raises(UsageError, match="^--output and --plot name the same file$"):
        check_outputs([("output", "new.png"), ("plot", "./new.png")], [])


def test_names_that_merely_begin_alike_are_apart():
    check_outputs([("output", "matcher.json"), ("plot", "a.csv.png")], [("matcher", "matcher")])


def test_a_pipe_may_be_read_and_written_twice():
    os.mkfifo("pipe")
    check_outputs([("output", "pipe"), ("groups", "pipe")], [("csv", "pipe")])
    assert is_special("pipe")


@pytest.mark.parametrize(
    "path, error, message",
    [
        ("file", UsageError, "file is a file; name a folder"),
        ("file/deeper/still", ResourceError, "cannot be written: Not a directory"),
    ],
)
def test_a_folder_that_cannot_be_is_refused_before_any_work(tmp_path, path, error, message):
    (tmp_path / "file").touch()
    with pytest.raises(error, match=message):
        check_writable(tmp_path / path)


@pytest.mark.parametrize("new", ["", "new", "new/and/below/"])
def test_the_check_of_a_folder_leaves_nothing(tmp_path, new):
    (tmp_path / "empty").mkdir()
    check_writable(f"{tmp_path}/empty/{new}")
    assert os.listdir(tmp_path / "empty") == []


def test_a_folder_is_not_written_to_as_a_file(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        check_output(tmp_path)
