"""What a command writes is apart from what it reads."""

import itertools
import os
from collections.abc import Iterable

from tfrecords import files
from tfrecords.errors import UsageError

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
        files.check_output(path)


def check_apart(written: Named, read: Named) -> None:
    """Refuses to write what is read, through whatever links and spellings.

    Devices and pipes are let through: what is written there replaces nothing.

    Args:
      written: files, and folders that are replaced as a whole.
      read: files, and folders in which nothing may be written.

    Raises:
      UsageError: naming the flags.
    """
    written = [(name, path) for name, path in written if not files.is_special(path)]
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
