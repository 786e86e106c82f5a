import copy
import itertools
import logging

import numpy as np
import pytest

from shopee_tf.training.loop import NonFiniteLoss, Position, fit
from shopee_tf.training.meter import Meter
from shopee_tf.training.signals import Stopped

STEPS = 4


class Recorder:
    """A run without a model: the loss of a step is the number in its batch."""

    def __init__(self, *, stop_after=None, bad=None):
        self.seen, self.saved, self.epochs = [], [], []
        self.stop_after, self.bad = stop_after, bad

    def batches(self, epoch, skip):
        for batch in range(skip, STEPS):
            yield epoch, batch, np.array([epoch, batch])

    def step(self, epoch, batch, rows):
        self.seen.append((epoch, batch))
        return np.nan if (epoch, batch) == self.bad else epoch * 10.0 + batch

    def save(self, position):
        self.saved.append(copy.copy(position))

    def end_epoch(self, position, loss):
        self.epochs.append((position.epoch, loss))

    def check(self):
        if len(self.seen) == self.stop_after:
            raise Stopped(15)

    def fit(self, position=None, *, epochs=2, save_every=None):
        meter = Meter("rows", num_steps=epochs * STEPS, batch_size=1)
        fit(
            self.step, self.batches, position=position or Position(), epochs=epochs, save=self.save,
            end_epoch=self.end_epoch, save_every=save_every, stop=self, meter=meter,
        )  # fmt: skip
        return self


def test_takes_every_batch_once_and_judges_each_epoch():
    run = Recorder().fit()
    assert run.seen == list(itertools.product(range(2), range(STEPS)))
    assert run.epochs == [(0, 1.5), (1, 11.5)]
    assert [(p.step, p.epoch, p.batch) for p in run.saved] == [(4, 1, 0), (8, 2, 0)]


def test_shows_the_latest_loss_that_is_known(monkeypatch):
    shown = []
    monkeypatch.setattr(Meter, "step", lambda self, step, *, epoch, loss: shown.append(loss))
    Recorder().fit(save_every=2)  # losses are read at once where a checkpoint is written
    assert shown == [0, 0, 1, 2, 3, 10, 11, 12]


def test_saves_every_few_steps():
    run = Recorder().fit(save_every=3)
    assert [(p.step, p.epoch, p.batch) for p in run.saved] == [
        (3, 0, 3), (4, 1, 0), (6, 1, 2), (8, 2, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("stop_after", range(1, 8))
def test_stopped_anywhere_and_resumed_equals_uninterrupted(stop_after):
    first = Recorder(stop_after=stop_after)
    with pytest.raises(Stopped):
        first.fit()
    second = Recorder().fit(first.saved[-1])
    whole = Recorder().fit()
    assert first.seen + second.seen == whole.seen
    assert first.epochs + second.epochs == whole.epochs


def test_a_finished_run_does_nothing_more(caplog):
    done = Recorder().fit().saved[-1]
    caplog.set_level(logging.INFO)
    caplog.clear()
    assert Recorder().fit(done).seen == []
    assert not caplog.messages


def test_what_the_first_step_waits_for_is_said_before_it(caplog):
    caplog.set_level(logging.INFO)
    said = []

    class Listening(Recorder):
        def step(self, epoch, batch, rows):
            said.append(list(caplog.messages))
            return super().step(epoch, batch, rows)

    Listening().fit()
    line = "building the graph of the first step, which may take half a minute ..."
    assert said == [[line]] * 2 * STEPS


@pytest.mark.parametrize("batch", range(STEPS))
def test_a_loss_that_is_not_finite_stops_within_a_step(batch):
    run = Recorder(bad=(1, batch))
    with pytest.raises(NonFiniteLoss, match=f"step {STEPS + batch + 1} is nan") as error:
        run.fit(save_every=1)
    np.testing.assert_array_equal(error.value.rows, [1, batch])
    assert len(run.seen) <= STEPS + batch + 2
    assert run.saved[-1].step <= STEPS + batch


def test_stopped_while_judging_judges_again():
    class Impatient(Recorder):
        def end_epoch(self, position, loss):
            raise Stopped(2)

    first = Impatient()
    with pytest.raises(Stopped):
        first.fit()
    assert (first.saved[-1].epoch, first.saved[-1].batch) == (0, STEPS)
    second = Recorder().fit(first.saved[-1])
    assert second.epochs == Recorder().fit().epochs
    assert first.seen + second.seen == Recorder().fit().seen
