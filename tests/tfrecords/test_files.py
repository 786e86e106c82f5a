import os
import pathlib
import threading

import pytest

from tfrecords import files
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.outputs import check_output


def test_a_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "file"
    with files.atomic_write(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert os.listdir(path.parent) == ["file"]


def test_an_error_leaves_the_older_file_as_it_was(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"older")
    with pytest.raises(RuntimeError), files.atomic_write(path) as file:
        file.write(b"half of the new")
        raise RuntimeError
    assert path.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["file"]


def test_a_path_can_be_named_after_what_was_written(tmp_path):
    with files.atomic_path(tmp_path / "first", rename=lambda: "second") as path:
        pathlib.Path(path).touch()
    assert os.listdir(tmp_path) == ["second"]


def test_a_folder_appears_whole_and_replaces_the_older(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "older").touch()
    with files.atomic_folder(tmp_path / "data") as folder:
        (folder / "newer").touch()
        assert os.listdir(tmp_path / "data") == ["older"]
    assert os.listdir(tmp_path / "data") == ["newer"]
    assert os.listdir(tmp_path) == ["data"]


def test_an_error_leaves_the_older_folder_as_it_was(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(RuntimeError), files.atomic_folder(tmp_path / "data") as folder:
        (folder / "newer").touch()
        raise RuntimeError
    assert os.listdir(tmp_path) == ["data"]
    assert os.listdir(tmp_path / "data") == []


def test_an_error_leaves_no_parents_made_for_the_folder(tmp_path):
    with pytest.raises(RuntimeError), files.atomic_folder(tmp_path / "new" / "out") as folder:
        (folder / "half").touch()
        raise RuntimeError
    assert os.listdir(tmp_path) == []


def test_an_existing_file_is_not_created_again(tmp_path):
    assert files.create(tmp_path / "lock", "first")
    assert not files.create(tmp_path / "lock", "second")
    assert (tmp_path / "lock").read_text() == "first"


@pytest.mark.parametrize("root", ["", "ram://files"])
def test_local_and_remote_folders_behave_alike(tmp_path, root):
    folder = files.join(root or tmp_path, "folder")
    files.make_folder(folder)
    files.write_json(files.join(folder, "a.json"), {"title": "é"})
    path = files.join(folder, "a.json")
    assert files.read_json(path) == {"title": "é"}
    assert files.exists(path) and files.size(path) == len('{\n  "title": "é"\n}\n'.encode())
    assert "a.json" in files.list_folder(folder)
    files.remove(path)
    assert not files.exists(path)
    with pytest.raises(IntegrityError, match="no such file"):
        files.read_json(path)
    files.remove(path)
    files.remove(folder)
    assert files.list_folder(folder) == []


def test_a_folder_of_other_things_is_not_replaced(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "precious").touch()
    with (
        pytest.raises(UsageError, match="holds other things"),
        files.atomic_folder(tmp_path / "data", marker="ours"),
    ):
        pass
    assert os.listdir(tmp_path / "data") == ["precious"]


def test_a_pipe_is_written_into_and_stays(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(
        target=lambda: read.append((tmp_path / "pipe").read_bytes()), daemon=True
    )
    reader.start()
    check_output(tmp_path / "pipe")
    files.write_text(tmp_path / "pipe", "whole")
    reader.join(timeout=60)
    assert read == [b"whole"]
    assert (tmp_path / "pipe").is_fifo()


def test_of_a_link_the_target_is_written(tmp_path):
    (tmp_path / "deeper").mkdir()
    os.symlink("deeper/file", tmp_path / "link")
    files.write_text(tmp_path / "link", "whole")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "deeper" / "file").read_text() == "whole"
