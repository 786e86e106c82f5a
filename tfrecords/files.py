"""The one place that opens files for writing: nothing is ever half-written."""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import uuid
from collections.abc import Callable

from tfrecords.errors import IntegrityError, UsageError
from tfrecords.paths import (
    exists,
    gfile,
    in_folder,
    is_remote,
    is_special,
    join,
    lasting_if_used,
    link_target,
    list_folder,
    make_folder,
    open_read,
    read_json,
    remove,
    sha256,
    size,
)

__all__ = [
    "append_line", "atomic_folder", "atomic_path", "atomic_write", "copy",
    "create", "exists", "in_folder", "is_remote", "join", "lasting_if_used", "list_folder", "lock",
    "make_folder", "open_read", "read_json", "remove", "remove_leftovers", "sha256", "size",
    "write_json", "write_text",
]  # fmt: skip


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike):
    """Yields a binary file that appears at `path` only when the block ends without an error.

    Local: a temporary name in the same folder, flush, fsync, rename, fsync of the folder. Remote
    objects appear when they are closed, so they are written in one go at the end.
    """
    if is_remote(path):
        with _remote_write(str(path)) as file:
            yield file
        return
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        yield file


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike, *, rename: Callable[[], str] | None = None):
    """Yields a temporary path (a `str`); what was written there becomes `path` in the end.

    For writers that open their files themselves. A remote path is yielded as it is: there the
    manifest, written last, is what makes a file count. So is a device or a pipe, which a rename
    would replace. Of a link the target is written.

    Args:
      path: final path.
      rename: called in the end for another name in the same folder, where the name tells what was
        written.
    """
    if is_remote(path):
        yield str(path)
        if rename is not None and rename() != os.path.basename(path):
            final = join(os.path.dirname(path), rename())
            gfile().rename(str(path), final, overwrite=True)
        return
    if is_special(path):
        yield str(path)
        return
    path = pathlib.Path(link_target(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.incomplete-{os.getpid()}")
    try:
        yield str(temporary)
        _sync(temporary)
        os.replace(temporary, path if rename is None else path.with_name(rename()))
        _sync(path.parent)
    except OSError as error:
        error.filename = error.filename or str(path)  # a full disk does not say which file
        raise
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


@contextlib.contextmanager
def _remote_write(path: str):
    import io

    buffer = io.BytesIO()
    yield buffer
    with gfile().GFile(path, "wb") as file:
        file.write(buffer.getvalue())


def _sync(path: pathlib.Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike, *, marker: str | None = None):
    """Yields a temporary folder (a `pathlib.Path`) that becomes `path` when the block succeeds.

    An older folder at `path` is replaced: it is moved aside before the rename and removed after.
    Parents are made, and removed again where the block fails.

    Args:
      path: the folder, local.
      marker: a file that only folders of this kind hold; what lacks it is not replaced.

    Raises:
      UsageError: something else stands at `path`.
    """
    path = pathlib.Path(path)
    if marker:
        check_replaceable(path, marker)
    temporary = path.with_name(f"{path.name}.incomplete-{os.getpid()}")
    with lasting_if_used(path.parent):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            yield temporary
            _put_in_place(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _put_in_place(temporary: pathlib.Path, path: pathlib.Path) -> None:
    for file in sorted(temporary.rglob("*")):
        if file.is_file():
            _sync(file)
    old = path.with_name(f"{path.name}.old-{uuid.uuid4().hex[:8]}")
    if path.exists():
        os.replace(path, old)
    os.replace(temporary, path)
    _sync(path.parent)
    shutil.rmtree(old, ignore_errors=True)


def check_replaceable(folder: str | os.PathLike, marker: str) -> None:
    """Sees to it that a folder may be replaced: it is absent, holds `marker`, or at most a lock.

    Raises:
      UsageError: a file, or a folder of other things.
    """
    from tfrecords.locks import LOCK

    folder = pathlib.Path(folder)
    if folder.is_dir() and ((folder / marker).exists() or set(os.listdir(folder)) <= {LOCK}):
        return
    if folder.exists():
        raise UsageError(f"{folder}: holds other things (no {marker}); give a folder of its own")


def remove_leftovers(folder: str | os.PathLike) -> None:
    """Removes what runs that were killed left half-written in a folder."""
    for name in list_folder(folder):
        if ".incomplete-" in name:
            remove(join(folder, name))


def create(path: str | os.PathLike, text: str) -> bool:
    """Makes a local file that must not exist yet; returns False where it does."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def append_line(path: str | os.PathLike, text: str) -> None:
    """Adds a line to the end of a local file, as a whole or not at all; makes the file first.

    Writers of other threads and processes wait for each other, so that no line is lost or torn. A
    line that a crash left without its end is ended, so that it spoils no other.

    Args:
      path: the file.
      text: without a line break.

    Raises:
      ValueError: `text` holds a line break.
    """
    if len(text.splitlines()) > 1 or text.endswith(("\n", "\r")):
        raise ValueError(f"expected one line, received {text[:100]!r}")
    make_folder(os.path.dirname(path) or ".")
    with open(path, "a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, or its process ends
        end = file.seek(0, os.SEEK_END)
        torn = end and os.pread(file.fileno(), 1, end - 1) != b"\n"
        try:
            _write_all(file, b"\n" * bool(torn) + text.encode("utf-8") + b"\n")
            os.fsync(file.fileno())
        except OSError as error:
            file.truncate(end)
            error.filename = error.filename or str(path)
            raise
    if not end:
        _sync(pathlib.Path(path).absolute().parent)


def _write_all(file, data: bytes) -> None:
    """A full disk takes a part of the bytes before it refuses the rest."""
    while data:
        data = data[file.write(data) :]


def copy(source: str | os.PathLike, path: str | os.PathLike) -> None:
    """Copies a file, local or remote, atomically."""
    with open_read(source) as original, atomic_write(path) as file:
        shutil.copyfileobj(original, file)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes `text` as UTF-8, atomically."""
    with atomic_write(path) as file:
        file.write(text.encode("utf-8"))


def write_json(path: str | os.PathLike, value) -> None:
    """Writes `value` as indented JSON, atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_sealed_json(path: str | os.PathLike, content: dict) -> None:
    """Writes a JSON object with the sha256 of its content, atomically."""
    write_json(path, content | {"sha256": _seal(content)})


def read_sealed_json(path: str | os.PathLike, *, mend: str) -> dict:
    """Reads what `write_sealed_json` wrote, without the seal.

    Args:
      path: the file.
      mend: what to do about a damaged one.

    Raises:
      IntegrityError: missing, no JSON, or not the content that was written.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.pop("sha256", None) != _seal(content):
        raise IntegrityError(f"{path}: damaged or edited; {mend}")
    return content


def _seal(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def lock(folder: str | os.PathLike):
    """Keeps a second run out of a folder while the block runs: see `tfrecords.locks`."""
    from tfrecords.locks import hold

    return hold(folder)
