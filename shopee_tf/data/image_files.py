"""Opens photos by name: only regular files, only inside their folder, only of a sane size."""

import contextlib
import errno
import functools
import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

from tfrecords import files
from tfrecords.errors import DataError, UsageError


class BadImage(Exception):
    """A photo that cannot be used.

    Attributes:
      reason: one word to count by.
      detail: what exactly was found.
    """

    def __init__(self, reason: str, detail: str):
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


def check_images(names: Sequence[str] | None, folder: str | None) -> None:
    """Sees to it that photos can be looked for, where they are asked for.

    Args:
      names: of the photos; None where the catalogue has none.
      folder: of the photos; None where none are wanted.

    Raises:
      UsageError: no such folder.
      DataError: the catalogue has no column of names.
    """
    if folder is None:
        return
    if names is None:
        raise DataError("no column image in the csv: it names each posting's photo")
    if not files.exists(folder):
        raise UsageError(f"--images={folder}: no such folder")


@contextlib.contextmanager
def naming(name: str):
    """Begins the detail of a `BadImage` of the block with the name of the file."""
    try:
        yield
    except BadImage as error:
        raise BadImage(error.reason, f"{name}: {error.detail}") from None


class ImageLimits(NamedTuple):
    """What is refused before a photo is decoded.

    Attributes:
      max_bytes: of the file.
      max_pixels: width times height, as the header has it.
      min_side: shorter side in pixels.
      follow_symlinks: whether links may lead out of the folder.
    """

    max_bytes: int = 32 << 20
    max_pixels: int = 50_000_000
    min_side: int = 8
    follow_symlinks: bool = False


DEFAULT_LIMITS = ImageLimits()
_UNREADABLE = {errno.EACCES, errno.EPERM, errno.EIO, errno.ELOOP, errno.EISDIR, errno.ENXIO}
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}


def read_image(
    root: str | os.PathLike, name: str, *, limits: ImageLimits = DEFAULT_LIMITS
) -> bytes:
    """Reads the photo `name` in the folder `root`, local or remote.

    Args:
      root: folder of the photos.
      name: as the catalogue has it; `a/b.jpg` in a folder of the folder is fine.
      limits: what is refused.

    Returns:
      The bytes of the file.

    Raises:
      BadImage: unsafe_path, missing_file, not_regular or too_large.
    """
    _check_name(name)
    path = files.join(root, name)
    try:
        if files.is_remote(root):
            return _read_remote(path, name, limits)
        return _read_local(str(root), path, name, limits)
    except OSError as error:
        if error.errno in _ABSENT:
            raise BadImage("missing_file", name) from None
        if error.errno in _UNREADABLE:
            raise BadImage("not_regular", f"{name}: {error.strerror}") from None
        raise


def leads_out(root: str, name: str) -> bool:
    """Whether the path of a photo ends outside of its folder, a local one, as a link may."""
    return not _is_inside(os.path.realpath(os.path.join(root, name)), root)


def _is_inside(real: str, root: str) -> bool:
    return real.startswith(_real_folder(root))


def _check_name(name: str) -> None:
    """Refuses names that could lead out of the folder, before anything is opened."""
    if not name:
        raise BadImage("missing_file", "no name")
    unsafe = (
        name.startswith("/")
        or "\\" in name
        or ":" in name.split("/")[0]
        or ".." in name.split("/")
        or any(ord(letter) < 32 for letter in name)
    )
    if unsafe:
        raise BadImage("unsafe_path", ascii(name)[:100])


def _read_local(root: str, path: str, name: str, limits: ImageLimits) -> bytes:
    real = os.path.realpath(path)
    if not limits.follow_symlinks and not _is_inside(real, root):
        raise BadImage("unsafe_path", f"{name}: a link that leads out of the folder")
    # Looked at before it is opened: opening a device can do things, and a pipe can wait for ever.
    _check_regular(os.lstat(real), name)
    descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        _check_regular(status, name)
        _check_size(status.st_size, name, limits)
        data = file.read(limits.max_bytes + 1)
    _check_size(len(data), name, limits)
    return data


@functools.lru_cache(maxsize=16)
def _real_folder(root: str) -> str:
    return os.path.join(os.path.realpath(root), "")


def _check_regular(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, socket or device"
        raise BadImage("not_regular", f"{name}: {kind}")


def _check_size(size: int, name: str, limits: ImageLimits) -> None:
    if size > limits.max_bytes:
        raise BadImage("too_large", f"{name}: more than {limits.max_bytes} bytes")


def _read_remote(path: str, name: str, limits: ImageLimits) -> bytes:
    with files.open_read(path) as file:
        _check_size(files.size(path), name, limits)
        return file.read()
