import logging

from shopee_tf.training.meter import Meter, format_duration


def test_logs_speed_and_time_left(caplog):
    seconds = iter([0.0, 1.0, 6.0, 6.0, 6.0])
    meter = Meter("images", num_steps=10, batch_size=3, seconds=5.0, clock=lambda: next(seconds))
    meter.start()
    with caplog.at_level(logging.INFO):
        meter.step(1, epoch=0, loss=1.0)
        assert not caplog.records
        meter.step(2, epoch=0, loss=0.5)
    # 2 steps of 3 images in 6 seconds; 8 steps are left.
    expected = "epoch 1, step 2 of 10: loss 0.5000, 1.0 images/s, 24 s left in training"
    assert caplog.messages == [expected]


def test_format_duration():
    assert [format_duration(x) for x in (0, 59.6, 3600)] == ["0 s", "1:00 min", "1:00:00 h"]
