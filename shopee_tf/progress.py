"""Shows how far something is: a bar on a terminal, a line in the log now and then elsewhere."""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator

from tfrecords.wording import format_duration

Progress = Callable[[int, int], None]
"""Called with what is done so far and with what there is to do."""

_FIRST_LINE = 10.0  # seconds
_LINES_LATER = 0.1  # of the time so far: the longer it takes, the fewer lines
_SILENCE = 30.0  # seconds
_LOOK_EVERY = 1.0  # seconds
_last_sign = 0.0  # when something was shown, by `time.monotonic`


def on_terminal() -> bool:
    """Whether somebody may be watching: lines can be drawn over."""
    return sys.stderr.isatty()


class LogHandler(logging.StreamHandler):
    """Writes to stderr, above bars of tqdm where there are any."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record, a line."""
        _note_sign()
        if not on_terminal() or "tqdm" not in sys.modules:
            super().emit(record)
            return
        from tqdm import tqdm

        tqdm.write(self.format(record), file=sys.stderr)


@contextlib.contextmanager
def signs_of_life() -> Iterator[None]:
    """Logs a line where nothing was shown for half a minute, while the block or function runs.

    For commands with long steps that cannot tell how far they are, as the fit of a model.
    """
    began, over = time.monotonic(), threading.Event()
    _note_sign()

    def watch() -> None:
        while not over.wait(_LOOK_EVERY):
            now = time.monotonic()
            if now - _last_sign > max(_SILENCE, _LINES_LATER * (now - began)):
                logging.info("at work for %s", format_duration(now - began))
                _note_sign()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _note_sign() -> None:
    global _last_sign
    _last_sign = time.monotonic()


def progress_bar(description: str) -> Callable[[int, int], None]:
    """Returns a function to be called with (done, total) as things get done.

    For entry points: library functions take such a function as `progress=`.

    Args:
      description: what is being done, as "searching".

    Example:

    >>> show = progress_bar("counting")
    >>> for done in range(1, 101):
    ...     show(done, 100)
    """
    return _terminal_bar(description) if on_terminal() else _log_lines(description)


def _terminal_bar(description: str) -> Callable[[int, int], None]:
    from tqdm import tqdm

    bar = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        _note_sign()
        if bar is None or done < bar.n:
            bar = tqdm(total=total, desc=description, leave=False)
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            bar = None

    return show


def _log_lines(description: str) -> Callable[[int, int], None]:
    began = started = logged = last = time.monotonic()
    before, told = 0, False

    def show(done: int, total: int) -> None:
        nonlocal started, logged, last, before, told
        now = time.monotonic()
        if done < before:  # something else has begun, since the last call
            started, told = last, False
        before, last = (done if done < total else total + 1), now
        if done >= total and told:
            logging.info(
                "%s: %d of %d, done in %s", description, done, total, format_duration(now - started)
            )
        if now - logged < max(_FIRST_LINE, _LINES_LATER * (now - began)) or not 0 < done < total:
            return
        logged, told = now, True
        passed = max(now - started, 1e-3)
        logging.info(
            "%s: %d of %d, %s/s, %s left", description, done, total, format_rate(done / passed),
            format_duration(passed / done * (total - done)),
        )  # fmt: skip

    return show


def format_rate(per_second: float) -> str:
    """Writes a rate in two digits, or in whole numbers.

    >>> format_rate(0.0333), format_rate(7.26), format_rate(1234.5)
    ('0.033', '7.3', '1,234')
    """
    if per_second < 1:
        return f"{per_second:.2g}"
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"
