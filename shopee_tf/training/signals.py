"""A polite request to stop: SIGTERM from a scheduler, or Ctrl-C."""

import signal
import threading


class Stopped(Exception):
    """Ends training between two steps.

    Attributes:
      signal_number: the signal that asked for it.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number

    def reraise(self) -> None:
        """Ends the program as the signal would have: 130 after Ctrl-C, 143 after SIGTERM."""
        if self.signal_number == signal.SIGINT:
            raise KeyboardInterrupt from self
        raise SystemExit(128 + self.signal_number) from self


class StopRequest:
    """Listens for SIGTERM and SIGINT while the block runs; a second one acts at once.

    Outside the main thread, where Python allows no signal handlers, it never asks to stop.

    Example:

    >>> with StopRequest() as stop:
    ...     stop.check()  # raises Stopped once a signal has come
    """

    def __init__(self) -> None:
        self._received: int | None = None
        self._former: dict[int, object] = {}

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._former[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error) -> None:
        self._restore()

    def check(self) -> None:
        """Raises `Stopped` if a signal has come."""
        if self._received is not None:
            raise Stopped(self._received)

    def _note(self, number: int, frame) -> None:
        self._received = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        self._former = {}
