import io
import logging
import time

import pytest

from shopee_tf import progress

LEFT = (
    (10, "1:30 min"), (20, "1:20 min"), (30, "1:10 min"), (40, "1:00 min"),
    *((done, f"{100 - done} s") for done in range(50, 100, 10)),
)  # fmt: skip


class Terminal:
    def isatty(self):
        return True

    def write(self, text):
        pass

    def flush(self):
        pass


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_elsewhere_a_line_now_and_then(clock, caplog):
    caplog.set_level(logging.INFO)
    show = progress.progress_bar("building")
    for done in range(1, 101):
        clock[0] += 1.0
        show(done, 100)
    assert [record.getMessage() for record in caplog.records] == [
        *(f"building: {done} of 100, 1.0/s, {left} left" for done, left in LEFT),
        "building: 100 of 100, done in 1:40 min",
    ]


def test_the_longer_it_takes_the_fewer_lines(clock, caplog):
    caplog.set_level(logging.INFO)
    show = progress.progress_bar("building")
    for done in range(1, 10_000):
        clock[0] += 1.0
        show(done, 10_000)
    assert len(caplog.records) < 60


def test_the_next_search_is_timed_from_the_end_of_the_one_before(clock, caplog):
    caplog.set_level(logging.INFO)
    show = progress.progress_bar("working")
    for _ in range(2):
        for done in (64, 128):
            clock[0] += 20.0
            show(done, 128)
    assert [record.getMessage() for record in caplog.records] == [
        *["working: 64 of 128, 3.2/s, 20 s left", "working: 128 of 128, done in 40 s"] * 2,
    ]


def test_what_is_quick_leaves_no_line(clock, caplog):
    caplog.set_level(logging.INFO)
    show = progress.progress_bar("building")
    for done in range(101):
        show(done, 100)
    assert not caplog.records


def test_on_a_terminal_a_bar(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, **options):
            self.n, self.total, self.closed = 0, options["total"], False
            bars.append(self)

        def update(self, step):
            self.n += step

        def close(self):
            self.closed = True

    monkeypatch.setattr("tqdm.tqdm", Bar)
    monkeypatch.setattr(progress.sys, "stderr", Terminal())
    show = progress.progress_bar("searching")
    for total in (3, 5):
        for done in range(1, total + 1):
            show(done, total)
    assert [(bar.n, bar.total, bar.closed) for bar in bars] == [(3, 3, True), (5, 5, True)]


@pytest.fixture
def soon(monkeypatch):
    """Half a minute passes in a hundredth of a second."""
    monkeypatch.setattr(progress, "_SILENCE", 0.01)
    monkeypatch.setattr(progress, "_LOOK_EVERY", 0.002)


def test_silence_is_broken(soon, caplog):
    caplog.set_level(logging.INFO)

    @progress.signs_of_life()
    def work():
        time.sleep(0.1)
        return "done"

    assert work() == "done"
    assert set(caplog.messages) == {"at work for 0 s"}


def test_who_speaks_is_not_interrupted(soon, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(progress, "_SILENCE", 0.5)
    handler = progress.LogHandler(io.StringIO())
    with progress.signs_of_life():
        for _ in range(10):
            handler.emit(logging.makeLogRecord({"msg": "a line"}))
            time.sleep(0.07)
    assert caplog.messages == []


def test_a_line_stands_above_the_bar(monkeypatch, capsys):
    lines = []
    monkeypatch.setattr(progress, "on_terminal", lambda: True)
    monkeypatch.setattr("tqdm.tqdm.write", lambda text, file: lines.append(text))
    progress.LogHandler().emit(logging.makeLogRecord({"msg": "epoch 1"}))
    assert lines == ["epoch 1"]
    assert capsys.readouterr().err == ""
