"""What a command writes can be written, and is none of what it reads."""

import contextlib
import itertools
import os
import uuid
from collections.abc import Iterable

from tfrecords import files
from tfrecords.errors import ResourceError, UsageError
from tfrecords.paths import is_special, link_target

Named = Iterable[tuple[str, str]]
"""Names of flags, and the path that each gives."""


def check_outputs(written: Named, read: Named) -> None:
    """Sees to it that files can be written and are none of those read, before any work.

    Args:
      written: files.
      read: files, and folders in which nothing may be written.

    Raises:
      UsageError: a file stands among both, or twice among those written, or a folder is there.
      ResourceError: the folder of a file cannot be written.
    """
    written = list(written)
    check_apart(written, read)
    for _, path in written:
        check_output(path)


def check_output(path: str | os.PathLike) -> None:
    """Sees to it that a file can be written at `path`, before the work that ends in it.

    Raises:
      UsageError: a folder stands there.
      ResourceError: its folder, or a device or pipe that stands there, cannot be written.
    """
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder; name the file to write")
    if not is_special(path):
        check_writable(os.path.dirname(link_target(path)) or ".")
    elif not os.access(path, os.W_OK):
        raise ResourceError(f"{path}: cannot be written")


def check_writable(folder: str | os.PathLike) -> None:
    """Makes a folder and a file in it, and removes both again: better now than after an hour.

    Raises:
      UsageError: a file stands there.
      ResourceError: saying why it cannot be written.
    """
    if os.path.isfile(folder):
        raise UsageError(f"{folder} is a file; name a folder")
    make = files.write_text if files.is_remote(folder) else files.create
    probe = files.join(folder, f".incomplete-{uuid.uuid4().hex[:8]}")
    try:
        with files.lasting_if_used(folder):
            try:
                files.in_folder(folder, lambda: make(probe, ""))
            finally:
                with contextlib.suppress(OSError):
                    files.remove(probe)
    except OSError as error:
        raise ResourceError(f"{folder}: cannot be written: {error.strerror}") from None


def check_apart(written: Named, read: Named) -> None:
    """Refuses to write what is read, through whatever links and spellings.

    Devices and pipes are let through: what is written there replaces nothing.

    Args:
      written: files, and folders that are replaced as a whole.
      read: files, and folders in which nothing may be written.

    Raises:
      UsageError: naming the flags.
    """
    written = [(name, path) for name, path in written if not is_special(path)]
    for (name, path), (other, other_path) in itertools.combinations(written, 2):
        if _same(path, other_path):
            raise UsageError(f"--{name} and --{other} name the same file")
    for (name, path), (other, other_path) in itertools.product(written, read):
        if _same(path, other_path):
            why = f"is read by this command (--{other})"
        elif _inside(path, other_path):
            why = f"lies in {other_path}, which is read by this command (--{other})"
        elif _inside(other_path, path):
            why = f"is replaced as a whole, and {other_path} in it is read (--{other})"
        else:
            continue
        raise UsageError(f"--{name}={path}: {why}; give another name")


def _same(path: str, other: str) -> bool:
    if os.path.exists(path) and os.path.exists(other):
        return os.path.samefile(path, other)
    return os.path.realpath(path) == os.path.realpath(other)


def _inside(path: str, folder: str) -> bool:
    return os.path.realpath(path).startswith(os.path.join(os.path.realpath(folder), ""))
