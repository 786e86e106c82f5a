"""Keeps TensorFlow's start-up lines off the terminal.

From version 2.21 on TensorFlow writes a dozen at each start, whatever TF_CPP_MIN_LOG_LEVEL says.
They come from C++, past Python's logging, so they are taken out where they pass, at the file
descriptor. What is no such line, a crash above all, goes through.
"""

import logging
import os
import re
import signal
import sys

_NOISE = re.compile(
    rb"[IWE]0000 00:00:\d|WARNING: All log messages before absl::InitializeLog"
    rb"|To enable the following instructions:"
)


def quiet_dependencies() -> None:
    """Keeps what TensorFlow and FAISS say of themselves through Python's logging to warnings."""
    for name in ("absl", "faiss", "tensorflow"):
        logging.getLogger(name).setLevel(logging.WARNING)


def drop_noise() -> None:
    """Filters descriptor 2 of this process, and of those it starts, through a small process.

    A process and not a thread, so that the last words of a crash arrive. Python's own `sys.stderr`
    keeps the terminal.
    """
    if os.name != "posix":
        return
    terminal = os.dup(2)
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(write)
        _forward(read, terminal)
        os._exit(0)
    os.close(read)
    os.dup2(write, 2)
    os.close(write)
    sys.stderr = os.fdopen(terminal, "w", buffering=1, encoding="utf-8", errors="backslashreplace")


def is_noise(line: bytes) -> bool:
    """Tells a start-up line of TensorFlow from anything else."""
    return bool(_NOISE.match(line))


def _forward(read: int, terminal: int) -> None:
    """Copies lines that are no noise until every writer is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with os.fdopen(read, "rb") as lines:
        for line in lines:
            if not is_noise(line):
                os.write(terminal, line)
