"""How fast a run goes and how long it still takes."""

import logging
import time


class Meter:
    """Logs a line now and then: step, loss, examples per second, time left.

    Args:
      noun: what the examples are, as "images".
      num_steps: steps of the whole run.
      batch_size: examples a step.
      seconds: time between two lines.
      clock: returns seconds; replaced in tests.
    """

    def __init__(
        self, noun: str, *, num_steps: int, batch_size: int, seconds: float = 10.0, clock=None
    ) -> None:
        self._noun = noun
        self._num_steps = num_steps
        self._batch_size = batch_size
        self._seconds = seconds
        self._clock = clock or time.monotonic
        self._traced = False
        self.start()

    def start(self) -> None:
        """Starts the clock: after a pause, as for judging an epoch, speeds begin anew."""
        self._started = self._logged = self._clock()
        self._steps = 0

    def speed(self) -> float:
        """Examples per second since `start`; 0 before the first step."""
        passed = self._clock() - self._started
        return self._steps * self._batch_size / passed if passed > 0 else 0.0

    def step(self, step: int, *, epoch: int, loss: float) -> None:
        """Counts a step, and logs a line if the last is old enough.

        The first step of a run is not counted: it is compiled, which may take half a minute.
        """
        if not self._traced:
            self._traced = True
            self.start()
            return
        self._steps += 1
        if self._clock() - self._logged < self._seconds:
            return
        self._logged = self._clock()
        speed = self.speed()
        left = (self._num_steps - step) * self._batch_size / speed if speed else 0.0
        logging.info(
            "epoch %d, step %d of %d: loss %.4f, %.1f %s/s, %s left in training",
            epoch + 1, step, self._num_steps, loss, speed, self._noun, format_duration(left),
        )  # fmt: skip


def format_duration(seconds: float) -> str:
    """Writes a duration as 45 s, 3:05 min or 2:03:05 h.

    >>> format_duration(45), format_duration(185), format_duration(7385)
    ('45 s', '3:05 min', '2:03:05 h')
    """
    seconds = round(seconds)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d} h"
    return f"{minutes}:{seconds:02d} min" if minutes else f"{seconds} s"
