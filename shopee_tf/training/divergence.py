"""Stops a run whose loss says that the network has lost what it knew."""

import collections
import math

import keras
import numpy as np

from shopee_tf.models.arc_margin import ArcMarginProduct, smoothed_cross_entropy

WINDOW = 100
"""Steps whose mean loss is looked at: single batches may be anything."""

_ROWS = 256  # against 10,000 classes 0.1 to 0.3 s on two processors


class Diverged(Exception):
    """The mean loss of the last steps is above the limit.

    Attributes:
      step: the last of those steps, from 1.
    """

    def __init__(self, step: int, loss: float, limit: float) -> None:
        super().__init__(
            f"training diverged: the mean loss of the {WINDOW} steps up to {step} is {loss:.2f}, "
            f"above the limit of {limit:.2f} that random embeddings would keep"
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

    A network that knows nothing gives each row a random embedding. At right angles to every class
    centre its loss would be about ln C + s sin m, with ArcFace of margin m and scale s over C
    classes; that random cosines vary by 1 / dim adds up to s^2 / (2 dim). So the mean loss of
    `_ROWS` random embeddings of random classes is measured, as the head begins. An easy margin
    counts for all of them: a network that learns brings every row below the angle where it begins.

    Args:
      head: built, with the margins that training ends with.
      factor: 0 for no limit.
      label_smoothing: of the loss.

    Returns:
      The limit, the same for the same head; infinite without a factor, and for losses without
      cosines to class centres, which have no such reference.
    """
    if not factor or not isinstance(head, ArcMarginProduct):
        return math.inf
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(_ROWS, head.class_centers.shape[-1])).astype(np.float32)
    labels = random.integers(0, head.num_classes, _ROWS).astype(np.int32)
    logits = head.logits(head.cosines(embeddings), labels, easy_margin=False)
    return factor * float(np.mean(smoothed_cross_entropy(labels, logits, label_smoothing)))
