"""What the runs of encoders say of their epochs."""

import json

import numpy as np
import pytest

from shopee_tf.evaluation.training_curves import (
    TrainingCurves,
    read_training_curves,
    training_figure,
)
from tfrecords.errors import DataError, IntegrityError


def run(folder, *lines):
    (folder / "run.json").write_text("{}")
    (folder / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    return folder


def test_loss_and_f1_are_read_epoch_by_epoch(tmp_path):
    lines = [
        {"epoch": 0, "loss": 3.0, "choose_f1": 0.5},
        {"epoch": 1, "loss": 2.0, "choose_f1": 0.6},
    ]
    found = read_training_curves(run(tmp_path, *lines))
    assert (found.epochs.tolist(), found.loss.tolist(), found.f1.tolist()) == (
        [1, 2], [3.0, 2.0], [0.5, 0.6],
    )  # fmt: skip


def test_an_encoder_as_it_came_has_an_f1_and_no_loss(tmp_path):
    found = read_training_curves(run(tmp_path, {"epoch": -1, "step": 0, "choose_f1": 0.4}))
    assert found.epochs.tolist() == [0] and np.isnan(found.loss).all()


def test_a_run_on_all_listings_has_no_f1(tmp_path):
    found = read_training_curves(run(tmp_path, {"epoch": 0, "loss": 3.0}))
    assert found.f1 is None
    assert len(training_figure([found]).axes) == 1


def test_runs_with_and_without_f1_share_a_figure():
    line = np.array([1.0, 2.0])
    curves = [TrainingCurves("a", line, line, None), TrainingCurves("b", line, line, line)]
    loss, f1 = training_figure(curves).axes
    assert (len(loss.get_lines()), len(f1.get_lines())) == (2, 1)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("text", "error"),
    [("{", IntegrityError), ("", DataError), ("[]", DataError), ('{"epoch": "x"}', DataError),
     ('{"epoch": 0, "loss": null}', DataError)],
)  # fmt: skip
def test_a_damaged_file_is_refused(tmp_path, text, error):
    run(tmp_path)
    (tmp_path / "metrics.jsonl").write_text(text)
    with pytest.raises(error, match=r"metrics\.jsonl"):
        read_training_curves(tmp_path)
