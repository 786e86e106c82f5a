"""Stops a run whose loss says that the network has lost what it knew."""

import collections
import math

import keras
import numpy as np

from shopee_tf.models.arc_margin import ArcMarginProduct, smoothed_cross_entropy

WINDOW = 100
"""Steps whose mean loss is looked at: single batches may be anything."""


class Diverged(Exception):
    """The mean loss of the last steps is above the limit.

    Attributes:
      step: the last of those steps, from 1.
    """

    def __init__(self, step: int, loss: float, limit: float) -> None:
        super().__init__(
            f"training diverged: the mean loss of the {WINDOW} steps up to {step} is {loss:.2f}, "
            f"and a network that knows nothing would be below {limit:.2f}"
        )
        self.step = step


class DivergenceGuard:
    """Watches the losses of a run.

    Args:
      limit: mean loss of `WINDOW` steps above which the run has diverged; infinite for no guard.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._losses: collections.deque[float] = collections.deque(maxlen=WINDOW)

    def check(self, step: int, loss: float) -> None:
        """Takes the loss of a step.

        Raises:
          Diverged: the last losses are too large.
        """
        self._losses.append(loss)
        mean = sum(self._losses) / len(self._losses)
        if len(self._losses) == WINDOW and mean > self._limit:
            raise Diverged(step, mean, self._limit)


def divergence_limit(head: keras.layers.Layer, *, factor: float, label_smoothing: float) -> float:
    """Returns the loss that no network should stay above: `factor` times that of knowing nothing.

    A network that knows nothing is at right angles to every class centre: with ArcFace of margin m
    and scale s over C classes its loss is ln(e^(-s sin m) + C - 1) + s sin m, about ln C + s sin m.

    Args:
      head: built, with the margins that training ends with.
      factor: 0 for no limit.
      label_smoothing: of the loss.

    Returns:
      The limit; infinite without a factor, and for losses without class centres, which have no
      such reference.
    """
    if not factor or not isinstance(head, ArcMarginProduct):
        return math.inf
    margins = 0.0 if head.margin is None else np.asarray(head.margin)
    strictest = np.atleast_1d(np.argmax(margins)).astype(np.int32)
    nothing = keras.ops.zeros((1, head.class_centers.shape[-1]))
    logits = head((nothing, strictest), training=False)
    return factor * float(smoothed_cross_entropy(strictest, logits, label_smoothing)[0])
