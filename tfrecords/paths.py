"""Files and folders by their path, local or remote (gs://): looked at, read, removed."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from typing import Any

from tfrecords.errors import IntegrityError

_TRIES = 100


def is_remote(path: str | os.PathLike) -> bool:
    """True for `gs://bucket/name` and its kin, which go through `tf.io.gfile`."""
    return "://" in str(path)


def gfile():
    """Returns `tf.io.gfile`, imported at use."""
    import tensorflow as tf

    return tf.io.gfile


def join(folder: str | os.PathLike, *names: str) -> str:
    """Joins a folder, local or remote, with names."""
    if is_remote(folder):
        return "/".join([str(folder).rstrip("/"), *names])
    return os.path.join(str(folder), *names)


def exists(path: str | os.PathLike) -> bool:
    """True where a file or folder stands, local or remote.

    Raises:
      OSError: a remote place that cannot be reached.
    """
    if not is_remote(path):
        return os.path.exists(path)
    import tensorflow as tf

    try:
        return gfile().exists(str(path))
    except tf.errors.OpError as error:
        reason = error.message.splitlines()[0][:200]
        raise OSError(errno.EIO, f"cannot be reached ({reason})", str(path)) from None


def is_special(path: str | os.PathLike) -> bool:
    """Whether a device or a pipe stands there: no file, and no folder."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def link_target(path: str | os.PathLike) -> str:
    """The file that is written where `path` may be a link."""
    return os.path.realpath(path) if os.path.islink(path) else str(path)


def open_read(path: str | os.PathLike):
    """Opens a file, local or remote, for reading bytes."""
    if not is_remote(path):
        return open(path, "rb")
    if not exists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return gfile().GFile(str(path), "rb")


def size(path: str | os.PathLike) -> int:
    """The bytes of a file, local or remote."""
    return gfile().stat(str(path)).length if is_remote(path) else os.path.getsize(path)


def list_folder(folder: str | os.PathLike) -> list[str]:
    """The names in a folder, sorted; none where there is no such folder."""
    if not exists(folder):
        return []
    names = gfile().listdir(str(folder)) if is_remote(folder) else os.listdir(folder)
    return sorted(name.rstrip("/") for name in names)


def make_folder(folder: str | os.PathLike) -> None:
    """Makes a folder and its parents where they are not there yet."""
    if is_remote(folder):
        gfile().makedirs(str(folder))
    else:
        os.makedirs(folder, exist_ok=True)


def in_folder(folder: str | os.PathLike, act: Callable[[], Any]) -> Any:
    """Makes a folder, and returns what a function of no arguments does in it.

    Again where the folder is gone in between: other processes remove folders that they made and
    left empty (`lasting_if_used`), and each such removal is the end of one of them.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            make_folder(folder)
            return act()
    make_folder(folder)
    return act()


@contextlib.contextmanager
def lasting_if_used(folder: str | os.PathLike) -> Iterator[None]:
    """Makes a folder, and removes what it made of it where the block leaves nothing in it."""
    made, path = [], str(folder).rstrip(os.sep)
    while path and not is_remote(folder) and not os.path.exists(path):
        made.append(path)
        path = os.path.dirname(path)
    try:
        in_folder(folder, lambda: None)
        yield
    finally:
        with contextlib.suppress(OSError):  # from the deepest up to the first that holds something
            for path in made:
                os.rmdir(path)


def remove(path: str | os.PathLike) -> None:
    """Removes a file, or a folder with all that is in it; does nothing where there is none."""
    if is_remote(path):
        if exists(path):
            (gfile().rmtree if gfile().isdir(str(path)) else gfile().remove)(str(path))
    elif os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def read_json(path: str | os.PathLike):
    """Reads a JSON file of ours.

    Raises:
      IntegrityError: the file is missing or is not JSON.
    """
    try:
        with open_read(path) as file:
            return json.loads(file.read())
    except (FileNotFoundError, NotADirectoryError):
        raise IntegrityError(f"{path}: no such file") from None
    except ValueError as error:
        raise IntegrityError(f"{path}: not readable as JSON ({error}); make it again") from None


def sha256(path: str | os.PathLike) -> str:
    """The sha256 of a file's bytes, in hex, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with open_read(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
