"""The training loop: epochs and steps from a position, with checkpoints on the way."""

import dataclasses
import logging
import math
from collections.abc import Callable, Iterable

import numpy as np

from shopee_tf.training.meter import Meter
from shopee_tf.training.signals import Stopped, StopRequest


@dataclasses.dataclass
class Position:
    """How far a run has come; stored in every checkpoint.

    Attributes:
      step: steps taken.
      epoch: the epoch at work, from 0.
      batch: batches of that epoch taken.
      loss_sum: sum of the losses of those batches.
      best_epoch: the epoch whose encoder was kept, -1 before any.
      best_f1: its F1 on the rows that choose, or what else the task judges by; -1 before any.
      best_threshold: the similarity at which it reached that.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    loss_sum: float = 0.0
    best_epoch: int = -1
    best_f1: float = -1.0
    best_threshold: float = 0.0


class NonFiniteLoss(Exception):
    """A step whose loss is NaN or infinite.

    Attributes:
      step: its number, from 1.
      rows: [batch] int32 rows of its examples.
    """

    def __init__(self, step: int, loss: float, rows: np.ndarray) -> None:
        super().__init__(f"the loss of step {step} is {loss}")
        self.step = step
        self.rows = rows


class LossWatch:
    """Reads each loss one step late, so that a device need not wait for Python.

    Attributes:
      last: the latest loss that was read; 0 before the first.
    """

    def __init__(self, local_rows: Callable, on_loss: Callable[[int, float], None]) -> None:
        self._local_rows = local_rows
        self._on_loss = on_loss
        self._pending = None
        self.last = 0.0

    def add(self, step: int, loss, rows) -> float:
        """Takes the loss of a step, and returns that of the step before (0 for the first)."""
        former = self.flush()
        self._pending = (step, loss, rows)
        return former

    def flush(self) -> float:
        """Returns the loss not yet returned, or 0.

        Raises:
          NonFiniteLoss: it is not a finite number.
        """
        if self._pending is None:
            return 0.0
        step, loss, rows = self._pending
        self._pending = None
        loss = float(loss)
        if not math.isfinite(loss):
            raise NonFiniteLoss(step, loss, self._local_rows(rows))
        self._on_loss(step, loss)
        self.last = loss
        return loss


def fit(
    train_step: Callable,
    batches: Callable[[int, int], Iterable],
    *,
    before_step: Callable[[int], None] = lambda step: None,
    on_loss: Callable[[int, float], None] = lambda step, loss: None,
    position: Position,
    epochs: int,
    save: Callable[[Position], None],
    end_epoch: Callable[[Position, float], None],
    save_every: int | None,
    stop: StopRequest,
    meter: Meter,
    local_rows: Callable = np.asarray,
) -> None:
    """Trains from `position` to the end of the last epoch.

    Args:
      train_step: (features, labels, rows) -> loss.
      batches: (epoch, batches to skip) -> batches (features, labels, rows), the same at each call.
      before_step: called with the steps taken so far, for what follows a schedule.
      on_loss: called with the number of a step, from 1, and its loss, at most a step late.
      position: where to begin; moves along.
      epochs: how many in all.
      save: writes a checkpoint. Called at the end of each epoch, every `save_every` steps, and
        when the run is asked to stop.
      end_epoch: takes the position and the epoch's mean loss; judges the epoch.
      save_every: steps between checkpoints; None for one an epoch.
      stop: asks to stop.
      meter: reports the speed.
      local_rows: turns the rows of a distributed batch into an array.

    Raises:
      NonFiniteLoss: at most a step late; nothing was saved after that step.
      Stopped: after a checkpoint.
    """
    watch = LossWatch(local_rows, on_loss)
    if position.epoch < epochs:
        logging.info("building the graph of the first step, which may take half a minute ...")
    try:
        while position.epoch < epochs:
            meter.start()
            for features, labels, rows in batches(position.epoch, position.batch):
                before_step(position.step)
                loss = train_step(features, labels, rows)
                position.step += 1
                position.batch += 1
                position.loss_sum += watch.add(position.step, loss, rows)
                meter.step(position.step, epoch=position.epoch, loss=watch.last)
                if save_every and position.step % save_every == 0:
                    position.loss_sum += watch.flush()
                    save(position)
                stop.check()
            position.loss_sum += watch.flush()
            meter.stop()
            end_epoch(position, position.loss_sum / max(position.batch, 1))
            position.epoch += 1
            position.batch, position.loss_sum = 0, 0.0
            save(position)
    except Stopped:
        position.loss_sum += watch.flush()
        save(position)
        raise
    finally:
        meter.stop()
