"""A run with --save_every=2 that crashes in its third step, and the same run given again."""

from collections.abc import Callable

import pytest

from shopee_tf.training.checkpoints import fingerprint, list_checkpoints, read_latest
from shopee_tf.training.meter import Meter


class Crash(Exception):
    """Stands in for a power cut."""


def assert_goes_on_exactly(train: Callable, folder, monkeypatch) -> None:
    """Compares `train(workdir)` in one go with the same after a crash, by all that is saved."""

    def crash(self, step, **line):
        if step == 3:
            raise Crash

    train(folder / "whole")
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(Meter, "step", crash)
        train(folder / "broken")
    assert list_checkpoints(folder / "broken" / "checkpoints")[-1].name == "step-00000002"
    train(folder / "broken")
    whole, broken = (
        read_latest(folder / name / "checkpoints").arrays for name in ("whole", "broken")
    )
    assert fingerprint(broken) == fingerprint(whole)
