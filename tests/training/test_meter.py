import logging

from shopee_tf.training.meter import Meter, format_duration


def test_logs_speed_and_time_left(caplog):
    now = [0.0]
    meter = Meter("images", num_steps=10, batch_size=3, seconds=5.0, clock=lambda: now[0])
    with caplog.at_level(logging.INFO):
        for step, now[0] in [(1, 30.0), (2, 31.0), (3, 36.0)]:
            meter.step(step, epoch=0, loss=0.5)
    # After the compiled first step, 2 steps of 3 images in 6 seconds; 7 steps are left.
    expected = "epoch 1, step 3 of 10: loss 0.5000, 1.0 images/s, 21 s left in training"
    assert caplog.messages == [expected]


def test_format_duration():
    assert [format_duration(x) for x in (0, 59.6, 3600)] == ["0 s", "1:00 min", "1:00:00 h"]
