"""The one place that opens files for writing: nothing is ever half-written."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import uuid

from tfrecords.errors import IntegrityError


def is_remote(path: str | os.PathLike) -> bool:
    """True for `gs://bucket/name` and its kin, which go through `tf.io.gfile`."""
    return "://" in str(path)


def _gfile():
    import tensorflow as tf

    return tf.io.gfile


def join(folder: str | os.PathLike, *names: str) -> str:
    """Joins a folder, local or remote, with names."""
    return "/".join([str(folder).rstrip("/") or "/", *names]) if is_remote(folder) else os.path.join(
        str(folder), *names
    )


def exists(path: str | os.PathLike) -> bool:
    """True where a file or folder stands, local or remote."""
    return _gfile().exists(str(path)) if is_remote(path) else os.path.exists(path)


def open_read(path: str | os.PathLike):
    """Opens a file, local or remote, for reading bytes."""
    return _gfile().GFile(str(path), "rb") if is_remote(path) else open(path, "rb")


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
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.incomplete-{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


@contextlib.contextmanager
def _remote_write(path: str):
    import io

    buffer = io.BytesIO()
    yield buffer
    with _gfile().GFile(path, "wb") as file:
        file.write(buffer.getvalue())


def _sync_folder(folder: pathlib.Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike):
    """Yields a temporary folder (a `pathlib.Path`) that becomes `path` when the block succeeds.

    An older folder at `path` is replaced: it is moved aside before the rename and removed after.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.incomplete-{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        for file in sorted(temporary.rglob("*")):
            if file.is_file():
                with open(file, "rb") as handle:
                    os.fsync(handle.fileno())
        old = path.with_name(f"{path.name}.old-{uuid.uuid4().hex[:8]}")
        if path.exists():
            os.replace(path, old)
        os.replace(temporary, path)
        _sync_folder(path.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes `text` as UTF-8, atomically."""
    with atomic_write(path) as file:
        file.write(text.encode("utf-8"))


def write_json(path: str | os.PathLike, value) -> None:
    """Writes `value` as indented JSON, atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


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
