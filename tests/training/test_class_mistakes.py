import numpy as np
import pytest

from shopee_tf.evaluation.mistakes import Shown
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.training.class_mistakes import class_mistakes

PROBABILITIES = [[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.5, 0.1, 0.4]]
LOGITS = Embeddings(np.array([3, 5, 6, 9], np.int32), np.log(PROBABILITIES).astype(np.float32))
CLASSES = np.array([0, 0, 0, 2], np.int32)
EXAMPLES = [np.array([10, 11]), np.array([20]), np.array([30, 31, 32])]


def test_the_least_likely_class_comes_first_and_a_class_once():
    found = class_mistakes(LOGITS, CLASSES, examples=EXAMPLES)
    assert [mistake.row for mistake in found] == [5, 9]
    assert [mistake.score for mistake in found] == pytest.approx([0.1, 0.4])


def test_examples_of_the_class_and_of_the_guess_are_shown():
    first, second = class_mistakes(LOGITS, CLASSES, examples=EXAMPLES, shown=2)
    assert first.true == (Shown(10, False), Shown(11, False))
    assert first.predicted == (Shown(20, False),)
    assert second.true == (Shown(30, False), Shown(31, False))
    assert second.predicted == (Shown(10, False), Shown(11, False))
