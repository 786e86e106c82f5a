"""What a run says of an epoch."""

import logging

import pytest

from shopee_tf.training.report import log_epoch

LINE = {"epoch": 1, "loss": 2.5, "choose_f1": 0.4663}


@pytest.mark.parametrize(("threshold", "warned"), [(0.5, False), (float("inf"), True)])
def test_an_encoder_that_tells_nothing_apart_is_named(threshold, warned, caplog):
    with caplog.at_level(logging.INFO):
        log_epoch(LINE | {"choose_threshold": threshold}, 3)
    assert "epoch 2 of 3: loss 2.5000, F1 0.4663" in caplog.text
    assert ("a lower --learning_rate" in caplog.text) == warned
