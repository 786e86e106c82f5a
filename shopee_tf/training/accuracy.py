"""How often a classifier is right."""

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

from shopee_tf.encoding import embed_records
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.training.class_mistakes import class_mistakes, rows_by_class
from shopee_tf.training.class_rows import ClassRows
from shopee_tf.training.judge import Judgement
from shopee_tf.training.session import Session


class ClassScore(NamedTuple):
    """How good logits are.

    Attributes:
      accuracy: share of the rows whose class has the largest logit.
      loss: mean cross-entropy, in nats.
    """

    accuracy: float
    loss: float


def class_score(logits: np.ndarray, classes: np.ndarray) -> ClassScore:
    """Scores logits.

    Args:
      logits: [n, num_classes] float32.
      classes: [n] int32, the true ones.

    Example:

    >>> class_score(np.zeros((4, 2)), np.array([0, 0, 0, 1]))
    ClassScore(accuracy=0.75, loss=0.6931471805599453)
    """
    right = np.argmax(logits, axis=1) == classes
    of_true = log_softmax(logits.astype(np.float64), axis=1)[np.arange(len(classes)), classes]
    return ClassScore(float(right.mean()), float(-of_true.mean()))


def score_classes(
    encoder: ImageEncoder,
    folder: str | os.PathLike,
    rows: np.ndarray,
    classes: np.ndarray,
    *,
    batch_size: int = 64,
    progress: Callable[[int, int], None] | None = None,
) -> ClassScore:
    """Scores an encoder whose embedding is the logits.

    Args:
      encoder: of photos.
      folder: TFRecord folder.
      rows: [m] int32, ascending.
      classes: [m] int32, the class of each.
      batch_size: photos a batch.
      progress: called with (done, total).
    """
    found = embed_records(
        encoder, folder, rows=rows, batch_size=batch_size, verify=False, progress=progress
    )
    return class_score(found.vectors, classes)


def judge_classes(
    session: Session, progress: Callable[[int, int], None], *, split: ClassRows
) -> Judgement:
    """Judges an epoch by the accuracy on the rows of validation.

    The rows trained on are scored in the same way, as they are and without dropout, so that the
    curves of both compare.

    Args:
      session: of a classifier.
      progress: called with (done, total).
      split: the rows and classes.
    """
    line: dict[str, float] = {}
    for name, rows in (("train", split.rows.train), ("choose", split.rows.choose)):
        found = embed_records(
            session.network.encoder, session.data, rows=rows, verify=False, progress=progress,
            batch_size=session.config.eval_batch_size, predict=session.predict,
        )  # fmt: skip
        score = class_score(found.vectors, split.classes(rows))
        line |= {f"{name}_accuracy": score.accuracy, f"{name}_loss": score.loss}
    # What was found last is of the rows of validation.
    mistakes = class_mistakes(
        found, split.classes(found.rows), examples=rows_by_class(split, split.rows.train)
    )
    return Judgement(line["choose_accuracy"], 0.0, line, mistakes, found)
