"""The margins of the classes: smaller for large classes, and rising while a run goes on."""

import keras
import numpy as np

from shopee_tf.training.config import TrainingConfig


class MarginSchedule:
    """The margin of each class at each step of a run.

    Args:
      config: margin, margin_start, margin_warmup_epochs and class_margin_exponent.
      labels: [rows] int, the class of each training row, 0..num_classes-1, each of them there.
      steps_per_epoch: steps of an epoch.
    """

    def __init__(self, config: TrainingConfig, labels: np.ndarray, *, steps_per_epoch: int) -> None:
        self._config = config
        self._shares = class_margins(labels, exponent=config.class_margin_exponent)
        self._num_steps = round(config.margin_warmup_epochs * steps_per_epoch)

    @property
    def last(self) -> np.ndarray:
        """The margins that the run ends with, [num_classes] float32."""
        return self._config.margin * self._shares

    def assign(self, head: keras.layers.Layer, step: int) -> None:
        """Gives a head the margins of its next step, where they rise; `step` were taken so far."""
        rises = 0 < self._num_steps >= step
        if rises and getattr(head, "margin", None) is not None:
            config = self._config
            margin = rising_margin(
                config.margin, start=config.margin_start, num_steps=self._num_steps, step=step
            )
            head.margin.assign(margin * self._shares)


def rising_margin(margin: float, *, start: float, num_steps: int, step: int) -> float:
    """Rises in a straight line from `start` to `margin` over `num_steps`, and stays there.

    With thousands of classes of two or three listings a large margin diverges from random class
    centres, and the margins that retrieve best are large; raised gradually, they can be reached.

    Args:
      margin: the last value, in the units of the head (radians for ArcFace).
      start: the value before the first step.
      num_steps: steps of the rise; 0 begins at `margin`.
      step: steps taken so far.

    Example:

    >>> [rising_margin(0.8, start=0.2, num_steps=100, step=step) for step in (0, 50, 100, 200)]
    [0.2, 0.5, 0.8, 0.8]
    """
    share = min(step / num_steps, 1.0) if num_steps else 1.0
    return start + share * (margin - start)


def class_margins(labels: np.ndarray, *, exponent: float) -> np.ndarray:
    """Returns the share of the margin that each class gets: (its rows)^exponent.

    Args:
      labels: [rows] int, the class of each training row, 0..num_classes-1, each of them there.
      exponent: 0 or less; a published ensemble on Shopee's catalogue took -0.1 for photos and
        -0.2 for titles.

    Returns:
      [num_classes] float32, 1 for a class of one row and less for larger ones.

    Example:

    >>> class_margins(np.array([0, 0, 0, 0, 1]), exponent=-0.5).tolist()
    [0.5, 1.0]
    """
    return (np.bincount(labels).astype(np.float64) ** exponent).astype(np.float32)
