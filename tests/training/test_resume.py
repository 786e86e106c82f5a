import logging

import pytest

from shopee_tf.training.checkpoints import Checkpoint
from shopee_tf.training.loop import Position
from shopee_tf.training.resume import check_same_run, checkpoint_meta, resume
from tfrecords.errors import IntegrityError, UsageError

SETTINGS = {"learning_rate": 0.1, "epochs": 3, "workdir": "a", "save_every": None}
IDENTITY = {"number of classes": 60, "sha256 of the records": "aa"}


def check(settings=None, identity=None):
    meta = checkpoint_meta(Position(), settings=SETTINGS, identity=IDENTITY)
    check_same_run(
        Checkpoint([], meta), settings=SETTINGS | (settings or {}),
        identity=IDENTITY | (identity or {}),
    )  # fmt: skip


def test_the_same_run_goes_on():
    check()


def test_what_learns_nothing_else_may_change():
    check({"workdir": "b", "save_every": 5})


def test_changed_flags_are_listed():
    with pytest.raises(UsageError, match="--epochs was 3, is 4; --learning_rate was 0.1, is 0.2"):
        check({"learning_rate": 0.2, "epochs": 4})


def test_photos_mixed_on_one_device_are_not_mixed_on_two():
    meta = checkpoint_meta(Position(), settings=SETTINGS, identity={"devices": 1})
    check_same_run(Checkpoint([], meta), settings=SETTINGS, identity={"devices": 1})
    with pytest.raises(UsageError, match="--mix .* began on 1 and would go on with 2"):
        check_same_run(Checkpoint([], meta), settings=SETTINGS, identity={"devices": 2})


@pytest.mark.parametrize("name", list(IDENTITY))
def test_changed_data_is_refused(name):
    with pytest.raises(IntegrityError, match=f"{name} was {IDENTITY[name]}, is 11014"):
        check(identity={name: 11014})


@pytest.mark.parametrize(("epochs", "said"), [(1, "1 whole epoch"), (2, "2 whole epochs")])
def test_where_a_run_goes_on_is_said(epochs, said, caplog):
    caplog.set_level(logging.INFO)
    meta = checkpoint_meta(Position(step=8, epoch=epochs), settings=SETTINGS, identity=IDENTITY)
    assert resume(Checkpoint([], meta), []).step == 8
    assert caplog.messages == [f"going on after step 8, {said}"]
