import logging

from shopee_tf.training import meter as meter_module
from shopee_tf.training.meter import Meter


def test_logs_speed_and_time_left(caplog):
    now = [0.0]
    meter = Meter("images", num_steps=10, batch_size=3, seconds=5.0, clock=lambda: now[0])
    with caplog.at_level(logging.INFO):
        for step, now[0] in [(1, 30.0), (2, 31.0), (3, 36.0)]:
            meter.step(step, epoch=0, loss=0.5)
    # After the compiled first step, 2 steps of 3 images in 6 seconds; 7 steps are left.
    expected = "epoch 1, step 3 of 10: loss 0.5000, 1.0 images/s, 21 s left in training"
    assert caplog.messages == [expected]


def test_a_terminal_has_a_bar_of_the_whole_run(monkeypatch, caplog):
    bars = []

    class Bar:
        def __init__(self, **options):
            self.options, self.n, self.said, self.closed = options, options["initial"], "", False
            bars.append(self)

        def set_postfix_str(self, said, refresh):
            self.said = said

        def update(self):
            self.n += 1

        def close(self):
            self.closed = True

    monkeypatch.setattr("tqdm.tqdm", Bar)
    monkeypatch.setattr(meter_module, "on_terminal", lambda: True)
    meter = Meter("images", num_steps=10, batch_size=3)
    for step in range(1, 6):
        meter.step(step, epoch=1, loss=0.5)
    meter.stop()
    (bar,) = bars
    assert (bar.options["total"], bar.options["desc"]) == (10, "epoch 2")
    assert (bar.n, bar.closed, caplog.messages) == (5, True, [])
    assert bar.said.startswith("loss 0.5000, ") and bar.said.endswith(" images/s")
