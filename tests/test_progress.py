import logging

import pytest

from shopee_tf import progress


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
        "building: 30 of 100, about 70 s left",
        "building: 60 of 100, about 40 s left",
        "building: 90 of 100, about 10 s left",
        "building: 100 of 100, done",
    ]


def test_the_next_search_is_timed_from_the_end_of_the_one_before(clock, caplog):
    caplog.set_level(logging.INFO)
    show = progress.progress_bar("working")
    for _ in range(2):
        for done in (64, 128):
            clock[0] += 20.0
            show(done, 128)
    assert [record.getMessage() for record in caplog.records] == [
        "working: 64 of 128, about 20 s left",
        "working: 128 of 128, done",
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
