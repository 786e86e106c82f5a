"""A lock on a folder: one run at a time, with a heartbeat, taken over from the dead."""

import contextlib
import fcntl
import json
import logging
import os
import pathlib
import socket
import threading
import time

from tfrecords import files
from tfrecords.errors import LockedError

LOCK = ".lock"
STALE_SECONDS = 600.0
HEARTBEAT_SECONDS = 30.0


@contextlib.contextmanager
def hold(
    folder: str | os.PathLike,
    *,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    stale_seconds: float = STALE_SECONDS,
):
    """Keeps a second run out of a folder while the block runs.

    The file `.lock` in the folder names the process, and its time stamp is renewed while the
    process lives. A lock is taken over where its process is dead (on this machine), or has given
    no sign of life for `stale_seconds` (on another one). Object stores (gs://) have no exclusive
    creation, so remote folders are not locked.

    Args:
      folder: made where it does not exist, and removed where the block leaves nothing in it.
      heartbeat_seconds: between two signs of life.
      stale_seconds: of silence after which a lock counts as abandoned.

    Raises:
      LockedError: another process holds the lock.
    """
    if files.is_remote(folder):
        yield
        return
    path = pathlib.Path(folder) / LOCK
    with files.lasting_if_used(folder):
        files.in_folder(folder, lambda: _take(path, stale_seconds))
        stop = threading.Event()
        thread = threading.Thread(target=_beat, args=(path, stop, heartbeat_seconds), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            if _read(path) == _me() | {"since": _read(path).get("since")}:
                files.remove(path)


def _take(path: pathlib.Path, stale_seconds: float) -> None:
    """Makes the lock file, or takes it over; one process of this machine at a time."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        # Not every file system locks folders; creation below is exclusive all the same.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        owner = _me() | {"since": time.strftime("%Y-%m-%d %H:%M:%S")}
        if files.create(path, json.dumps(owner)):
            return
        held = _read(path)
        reason = _abandoned(path, held, stale_seconds)
        if not reason:
            raise LockedError(
                f"{path.parent}: locked by pid {held.get('pid', '?')} on host "
                f"{held.get('host', '?')} since {held.get('since', '?')}; wait for it, or remove "
                f"{path} if no such process runs"
            )
        logging.warning(
            "%s: taking over the lock of pid %s on host %s: %s",
            path.parent, held.get("pid", "?"), held.get("host", "?"), reason,
        )  # fmt: skip
        files.remove(path)
        if not files.create(path, json.dumps(owner)):
            raise LockedError(f"{path.parent}: another process took the lock just now")
    finally:
        os.close(descriptor)


def _abandoned(path: pathlib.Path, held: dict, stale_seconds: float) -> str:
    """Why a lock may be taken over; "" where it may not.

    On this machine silence says nothing: a process that is stopped (Ctrl-Z) goes on later.
    """
    if held.get("host") == socket.gethostname():
        return "" if held.get("started") == _started(held["pid"]) else "it runs no more"
    with contextlib.suppress(FileNotFoundError):
        silence = time.time() - path.stat().st_mtime
        if silence > stale_seconds:
            return f"no sign of life for {silence:.0f} s"
    return ""


def _me() -> dict:
    return {"pid": os.getpid(), "host": socket.gethostname(), "started": _started(os.getpid())}


def _started(pid: int) -> str | None:
    """When a process of this machine began; None where it does not run.

    A process number alone would do until the number is given out again.
    """
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return _alive_without_proc(pid)
    state, *rest = stat.rpartition(")")[2].split()
    return None if state == "Z" else rest[18]


def _alive_without_proc(pid: int) -> str | None:
    if os.path.exists("/proc/self/stat"):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "running"


def _read(path: pathlib.Path) -> dict:
    """What the lock says; nothing while its owner is still writing it."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _beat(path: pathlib.Path, stop: threading.Event, seconds: float) -> None:
    while not stop.wait(seconds):
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
