"""What is trained, and how it is judged: all in which the trainers differ."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from shopee_tf.training.judge import Judgement
from shopee_tf.training.network import Objective
from shopee_tf.training.training_rows import TrainingRows


class Task(NamedTuple):
    """What differs between the trainers.

    Attributes:
      kind: "image", "title", or "joint", both of a listing.
      size: what an example measures, for messages, as "512 px" or "70 tokens".
      build: (catalogue titles of the training rows) -> encoder; called in the strategy's scope.
      dataset: (encoder, class table [n], epoch=, skip_batches=, batch_size=, input_context=) ->
        one epoch of training examples.
      mixed: each example is a mixture of two, with the labels of `data.mixing`.
      rows: (data, config) -> `TrainingRows`, where they are not those of all products.
      objective: what is trained for, in the place of the head of the configuration.
      judge: (session, progress (done, total)) -> `Judgement`, in the place of retrieval F1.
      measure: what run.json calls that score.
      made_for: what its embeddings are for: compared by "cosine", or by "distance", or "logits".
      kept: called with the session after the encoder of an epoch was kept.
      seen: rows that what it starts from was trained on; they count as trained on by this run.
    """

    kind: str
    size: str
    build: Callable[[np.ndarray], Any]
    dataset: Callable[..., tf.data.Dataset]
    mixed: bool = False
    rows: Callable[..., TrainingRows] | None = None
    objective: Objective | None = None
    judge: Callable[..., Judgement] | None = None
    measure: str = "f1"
    made_for: str = "cosine"
    kept: Callable[[Any], None] | None = None
    seen: Sequence[int] = ()

    @property
    def example(self) -> str:
        """What one example is called."""
        return "listing" if self.kind == "joint" else self.kind
