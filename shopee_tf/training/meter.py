"""How fast a run goes and how long it still takes."""

import logging
import time

from shopee_tf.progress import on_terminal
from tfrecords.wording import format_duration


class Meter:
    """Shows a bar on a terminal; elsewhere logs a line now and then.

    Either tells step, loss, speed and time left.

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
        self._bar = None
        self.start()

    def start(self) -> None:
        """Starts the clock: after a pause, as for judging an epoch, speeds begin anew."""
        self._started = self._logged = self._clock()
        self._steps = 0

    def stop(self) -> None:
        """Takes the bar away, at the end of an epoch or of the run."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def speed(self) -> float:
        """Examples per second since `start`; 0 before the first step."""
        passed = self._clock() - self._started
        return self._steps * self._batch_size / passed if passed > 0 else 0.0

    def step(self, step: int, *, epoch: int, loss: float) -> None:
        """Counts a step, and shows it: on a terminal at once, elsewhere if the last line is old.

        The first step of a run is not counted: it is compiled, which may take half a minute.
        """
        if not self._traced:
            self._traced = True
            self.start()
            return
        self._steps += 1
        if on_terminal():
            self._draw(step, epoch, loss)
        elif self._clock() - self._logged >= self._seconds:
            self._logged = self._clock()
            self._log(step, epoch, loss)

    def _draw(self, step: int, epoch: int, loss: float) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(
                total=self._num_steps, initial=step - 1, desc=f"epoch {epoch + 1}", unit="step",
                leave=False,
            )  # fmt: skip
        self._bar.set_postfix_str(
            f"loss {loss:.4f}, {self.speed():.1f} {self._noun}/s", refresh=False
        )
        self._bar.update()

    def _log(self, step: int, epoch: int, loss: float) -> None:
        speed = self.speed()
        left = (self._num_steps - step) * self._batch_size / speed if speed else 0.0
        logging.info(
            "epoch %d, step %d of %d: loss %.4f, %.1f %s/s, %s left in training",
            epoch + 1, step, self._num_steps, loss, speed, self._noun, format_duration(left),
        )  # fmt: skip
