"""The photos that a classifier is most wrong about."""

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax

from shopee_tf.evaluation.mistakes import Mistake, Shown
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.training.class_rows import ClassRows


def class_mistakes(
    logits: Embeddings,
    classes: np.ndarray,
    *,
    examples: Sequence[np.ndarray],
    limit: int = 8,
    shown: int = 3,
) -> list[Mistake]:
    """Finds the photos whose class has the lowest probability, at most one of each class.

    Args:
      logits: [m, num_classes] float32, with the rows they are of.
      classes: [m] int32, the true ones.
      examples: of each class its rows to be shown beside a photo.
      limit: at most so many mistakes; what is classified rightly is none.
      shown: at most so many examples of the class, and of that taken for it.
    """
    probabilities = softmax(logits.vectors.astype(np.float64), axis=1)
    of_true = probabilities[np.arange(len(classes)), classes]
    guessed = probabilities.argmax(axis=1)
    order = np.argsort(of_true, kind="stable")
    order = order[guessed[order] != classes[order]]
    first = np.unique(classes[order], return_index=True)[1]
    return [
        Mistake(
            int(logits.rows[place]),
            float(of_true[place]),
            *(
                tuple(Shown(row, False) for row in examples[one][:shown].tolist())
                for one in (classes[place], guessed[place])
            ),
        )
        for place in order[np.sort(first)[:limit]]
    ]


def rows_by_class(split: ClassRows, rows: np.ndarray) -> list[np.ndarray]:
    """Parts rows ([m] int32) by their class, a list for each class."""
    classes = split.classes(rows)
    return [rows[classes == one] for one in range(len(split.products))]
