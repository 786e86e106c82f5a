"""How the learning rate and the margin go over the steps of a run."""

import keras
import numpy as np


def warmup_cosine(
    learning_rate: float, *, num_steps: int, warmup_steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Rises in a straight line from 0 over `warmup_steps`, then falls to 0 as half a cosine.

    Args:
      learning_rate: the highest value, reached at step `warmup_steps`.
      num_steps: steps of the whole run, at which the rate is 0.
      warmup_steps: steps of the rise; 0 begins at the top.

    Returns:
      A schedule: step -> learning rate.

    Example:

    >>> schedule = warmup_cosine(0.2, num_steps=30, warmup_steps=10)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 20, 30)]
    [0.0, 0.1, 0.2, 0.1, 0.0]

    References:
      Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts",
      arXiv:1608.03983 (the cosine, without restarts).
    """
    if not 0 <= warmup_steps <= num_steps:
        raise ValueError(f"expected 0 <= warmup_steps <= {num_steps}, received {warmup_steps}")
    decay_steps = max(num_steps - warmup_steps, 1)
    if not warmup_steps:
        return keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps, warmup_target=learning_rate, warmup_steps=warmup_steps
    )


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
      exponent: 0 or less; -0.1 for photos and -0.2 for titles served well on Shopee's catalogue.

    Returns:
      [num_classes] float32, 1 for a class of one row and less for larger ones.

    Example:

    >>> class_margins(np.array([0, 0, 0, 0, 1]), exponent=-0.5).tolist()
    [0.5, 1.0]
    """
    return (np.bincount(labels).astype(np.float64) ** exponent).astype(np.float32)
