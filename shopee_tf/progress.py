"""Shows how far something is: a bar on a terminal, a line in the log now and then elsewhere."""

import logging
import sys
import time
from collections.abc import Callable

_SECONDS_BETWEEN_LINES = 30.0


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
    return _terminal_bar(description) if sys.stderr.isatty() else _log_lines(description)


def _terminal_bar(description: str) -> Callable[[int, int], None]:
    from tqdm import tqdm

    bar = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None or done < bar.n:
            bar = tqdm(total=total, desc=description, leave=False)
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            bar = None

    return show


def _log_lines(description: str) -> Callable[[int, int], None]:
    started = logged = last = time.monotonic()
    before, told = 0, False

    def show(done: int, total: int) -> None:
        nonlocal started, logged, last, before, told
        now = time.monotonic()
        if done < before:  # something else has begun, since the last call
            started, told = last, False
        before, last = (done if done < total else total + 1), now
        if done >= total and told:
            logging.info("%s: %d of %d, done", description, done, total)
        if now - logged < _SECONDS_BETWEEN_LINES or not 0 < done < total:
            return
        logged, told = now, True
        left = (now - started) / done * (total - done)
        logging.info("%s: %d of %d, about %d s left", description, done, total, round(left))

    return show
