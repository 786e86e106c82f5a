"""What a run says before it starts, and of an epoch."""

import logging
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from shopee_tf.training.report import log_epoch, log_plan

LINE = {"epoch": 1, "loss": 2.5, "choose_f1": 0.4663}
LAST_KEPT = "none to choose the epoch on: the last is kept"


@pytest.mark.parametrize(("threshold", "warned"), [(0.5, False), (float("inf"), True)])
def test_an_encoder_that_tells_nothing_apart_is_named(threshold, warned, caplog):
    with caplog.at_level(logging.INFO):
        log_epoch(LINE | {"choose_threshold": threshold}, 3)
    assert "epoch 2 of 3: loss 2.5000, F1 0.4663" in caplog.text
    assert ("a lower --learning_rate" in caplog.text) == warned


def session(*, train=(0, 1), epochs=1, choose=(), measure="f1"):
    """As much of a run as its plan tells of."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    rows = SimpleNamespace(
        train=np.array(train), choose=np.array(choose, np.int32), num_classes=2,
        catalog=SimpleNamespace(labels=np.array([0, 0, 1, 1, 2, 3])),
    )  # fmt: skip
    return SimpleNamespace(
        rows=rows, network=SimpleNamespace(model=model), config=SimpleNamespace(epochs=epochs),
        task=SimpleNamespace(example="image", measure=measure),
        strategy=SimpleNamespace(num_replicas_in_sync=1),
        batch_size=2, steps_per_epoch=len(train) // 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("train", "epochs", "said"),
    [
        ((0, 1), 1, f"2 rows of 2 products, {LAST_KEPT}; 1 epoch of 1 step of "),
        ((0, 1, 2, 3), 3, f"4 rows of 2 products, {LAST_KEPT}; 3 epochs of 2 steps of "),
    ],
)
def test_the_plan_counts_one_as_one(train, epochs, said, caplog):
    caplog.set_level(logging.INFO)
    log_plan(session(train=train, epochs=epochs))
    (plan,) = caplog.messages
    assert plan.startswith(said)
    assert "of 2 images on 1 device; 0.0 M parameters" in plan


@pytest.mark.parametrize(
    ("choose", "measure", "warned"),
    [
        ((0, 2, 4, 5), "f1", True),
        ((0, 1, 4, 5), "f1", False),
        ((), "f1", False),
        ((0, 2), "validation_accuracy", False),
    ],
    ids=["single", "a-pair", "none", "no-f1"],
)
def test_an_f1_without_a_pair_to_find_is_warned_of(choose, measure, warned, caplog):
    log_plan(session(choose=choose, measure=measure))
    assert ("F1 is 1 where nothing is found" in caplog.text) == warned
