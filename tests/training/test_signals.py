import signal
import threading

import pytest

from shopee_tf.training.signals import Stopped, StopRequest


def test_nothing_is_raised_before_a_signal():
    with StopRequest() as stop:
        stop.check()


@pytest.mark.parametrize(
    ("number", "error", "exit_code"),
    [(signal.SIGTERM, SystemExit, 143), (signal.SIGINT, KeyboardInterrupt, None)],
)
def test_a_signal_is_noticed_at_the_next_check(number, error, exit_code):
    with StopRequest() as stop:
        signal.raise_signal(number)
        with pytest.raises(Stopped) as stopped:
            stop.check()
    with pytest.raises(error) as ended:
        stopped.value.reraise()
    if exit_code:
        assert ended.value.code == exit_code


def test_handlers_are_put_back():
    former = signal.getsignal(signal.SIGTERM)
    with StopRequest():
        assert signal.getsignal(signal.SIGTERM) is not former
    assert signal.getsignal(signal.SIGTERM) is former


@pytest.fixture
def interruptible():
    """Ctrl-C as in a terminal: a program that is started in the background ignores it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("interruptible")
def test_a_second_interruption_acts_at_once():
    with StopRequest():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_works_outside_the_main_thread():
    def check():
        with StopRequest() as stop:
            stop.check()
            done.append(True)

    done = []
    thread = threading.Thread(target=check)
    thread.start()
    thread.join()
    assert done
