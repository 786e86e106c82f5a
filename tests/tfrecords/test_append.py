"""Lines added to a file: whole or not at all, whoever else writes."""

import errno
import os
import threading

import pytest

from tfrecords import files


def test_lines_are_added_to_what_is_there(tmp_path):
    path = tmp_path / "new" / "lines"
    files.append_line(path, "one")
    files.append_line(path, "zwei: ä")
    assert path.read_text(encoding="utf-8") == "one\nzwei: ä\n"


@pytest.mark.parametrize("text", ["a\nb", "a\n", "a\r"])
def test_more_than_a_line_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match="expected one line"):
        files.append_line(tmp_path / "lines", text)


def test_a_line_without_its_end_is_ended(tmp_path):
    (tmp_path / "lines").write_bytes(b"whole\ntor")
    files.append_line(tmp_path / "lines", "next")
    assert (tmp_path / "lines").read_bytes() == b"whole\ntor\nnext\n"


@pytest.mark.faults
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    files.append_line(tmp_path / "lines", "one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as error:
        files.append_line(tmp_path / "lines", "two")
    assert error.value.filename == str(tmp_path / "lines")
    assert (tmp_path / "lines").read_bytes() == b"one\n"


@pytest.mark.faults
def test_threads_lose_no_line(tmp_path):
    path = tmp_path / "lines"

    def write(name):
        for number in range(100):
            files.append_line(path, f"{name} {number} {'x' * 5000}")

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = [line.split()[:2] for line in path.read_text().splitlines()]
    assert sorted(found) == sorted([str(a), str(b)] for a in range(4) for b in range(100))
