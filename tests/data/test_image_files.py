import os
import socket

import pytest
import tensorflow as tf

from shopee_tf.data.image_files import BadImage, ImageLimits, read_image

pytestmark = pytest.mark.faults
UNSAFE = [
    "../secret.jpg",
    "../../etc/passwd",
    "/etc/passwd",
    "a/../../secret.jpg",
    "..",
    "..\\secret.jpg",
    "a\\b.jpg",
    "C:\\windows\\win.ini",
    "C:/windows/win.ini",
    "file:///etc/passwd",
    "http://example.com/a.jpg",
    "gs://bucket/a.jpg",
    "a\0.jpg",
    "a\n.jpg",
]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "photos" / "a").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (tmp_path / "photos" / "good.jpg").write_bytes(b"good")
    (tmp_path / "photos" / "a" / "b.jpg").write_bytes(b"deeper")
    return tmp_path / "photos"


def reason(root, name, **limits):
    with pytest.raises(BadImage) as caught:
        read_image(root, name, limits=ImageLimits(**limits))
    return caught.value.reason


@pytest.mark.parametrize(("name", "data"), [("good.jpg", b"good"), ("a/b.jpg", b"deeper")])
def test_a_photo_is_read(root, name, data):
    assert read_image(root, name) == data


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_could_lead_out_is_refused_before_anything_is_opened(root, name, monkeypatch):
    def never(*_, **__):
        pytest.fail("opened")

    monkeypatch.setattr(os, "open", never)
    monkeypatch.setattr("builtins.open", never)
    assert reason(root, name) == "unsafe_path"


@pytest.mark.parametrize("name", ["", "none.jpg", "good.jpg/b.jpg", "a/none/b.jpg", "x" * 300])
def test_a_missing_file(root, name):
    assert reason(root, name) == "missing_file"


def test_a_folder_is_not_a_photo(root):
    assert reason(root, "a") == "not_regular"


def test_a_pipe_does_not_hang(root):
    os.mkfifo(root / "pipe.jpg")
    assert reason(root, "pipe.jpg") == "not_regular"


def test_a_socket_is_not_a_photo(root, monkeypatch):
    monkeypatch.chdir(root)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.jpg")
        assert reason(root, "s.jpg") == "not_regular"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/null"])
def test_a_device_does_not_fill_memory(root, device):
    (root / "link.jpg").symlink_to(device)
    assert reason(root, "link.jpg") == "unsafe_path"
    assert reason(root, "link.jpg", follow_symlinks=True) == "not_regular"


def test_a_file_that_may_not_be_read(root, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # root may read anything, so no chmod
    assert reason(root, "good.jpg") == "not_regular"


def test_a_link_that_leads_out_is_followed_only_when_asked(root):
    (root / "link.jpg").symlink_to(root.parent / "secret.jpg")
    assert reason(root, "link.jpg") == "unsafe_path"
    assert read_image(root, "link.jpg", limits=ImageLimits(follow_symlinks=True)) == b"secret"


def test_a_linked_folder_that_leads_out(root):
    (root / "out").symlink_to(root.parent)
    assert reason(root, "out/secret.jpg") == "unsafe_path"


def test_a_folder_whose_name_only_begins_the_same_is_outside(root):
    (root.parent / "photos2").mkdir()
    (root.parent / "photos2" / "x.jpg").write_bytes(b"x")
    (root / "link.jpg").symlink_to(root.parent / "photos2" / "x.jpg")
    assert reason(root, "link.jpg") == "unsafe_path"


def test_a_link_inside_the_folder_is_fine(root):
    (root / "link.jpg").symlink_to("good.jpg")
    assert read_image(root, "link.jpg") == b"good"


def test_a_folder_of_photos_may_itself_be_a_link(root):
    (root.parent / "linked").symlink_to(root)
    assert read_image(root.parent / "linked", "good.jpg") == b"good"


@pytest.mark.parametrize("target", ["none.jpg", "link.jpg"])
def test_a_link_to_nothing_or_to_itself(root, target):
    (root / "link.jpg").symlink_to(target)
    assert reason(root, "link.jpg") in ("missing_file", "not_regular")


def test_a_file_of_too_many_bytes(root):
    assert read_image(root, "good.jpg", limits=ImageLimits(max_bytes=4)) == b"good"
    assert reason(root, "good.jpg", max_bytes=3) == "too_large"


def test_a_remote_folder():
    with tf.io.gfile.GFile("ram://photos/a.jpg", "wb") as file:
        file.write(b"remote")
    assert read_image("ram://photos", "a.jpg") == b"remote"
    assert reason("ram://photos", "b.jpg") == "missing_file"
    assert reason("ram://photos", "../b.jpg") == "unsafe_path"
    assert reason("ram://photos", "a.jpg", max_bytes=5) == "too_large"
