"""Decisions: none is lost, the last of a pair counts, and what a crash left spoils nothing."""

import subprocess
import sys

import pytest

from shopee_tf.app.decisions import (
    DIFFERENT,
    SAME,
    WITHDRAWN,
    keep_decision,
    read_decisions,
)
from tfrecords.errors import DataError

WRITER = """
import sys
from shopee_tf.app.decisions import keep_decision
path, name = sys.argv[1:]
for number in range(200):
    keep_decision(path, f"{name}{number}", "listing", "same", reviewer=name)
    verdict = "same" if name == "a" else "different"
    keep_decision(path, "both", "decide", verdict, reviewer=name)
"""


def decide(path, first, second, verdict, reviewer="ann"):
    keep_decision(path, first, second, verdict, reviewer=reviewer)


def test_nothing_is_decided_where_there_is_no_file(tmp_path):
    assert read_decisions(tmp_path / "none.jsonl").latest == {}


def test_the_last_decision_of_a_pair_counts_and_all_are_kept(tmp_path):
    path = tmp_path / "new" / "decisions.jsonl"
    decide(path, "a", "b", SAME)
    decide(path, "b", "a", DIFFERENT)
    history = read_decisions(path)
    assert [one.verdict for one in history.decisions] == [SAME, DIFFERENT]
    assert [one.verdict for one in history.latest.values()] == [DIFFERENT]


def test_what_stands_is_worked_out_once(tmp_path):
    decide(tmp_path / "d", "a", "b", SAME)
    history = read_decisions(tmp_path / "d")
    assert history.latest is history.latest


def test_a_decision_taken_back_is_none(tmp_path):
    decide(tmp_path / "d", "a", "b", SAME)
    decide(tmp_path / "d", "a", "b", WITHDRAWN)
    assert read_decisions(tmp_path / "d").latest == {}
    assert len(read_decisions(tmp_path / "d").decisions) == 2


@pytest.mark.parametrize(
    ("first", "second"), [("ann", "bob"), ("bob", "ann")], ids=["the older", "the newer"]
)
def test_who_takes_a_decision_back_leaves_that_of_another(tmp_path, first, second):
    decide(tmp_path / "d", "a", "b", SAME, reviewer=first)
    decide(tmp_path / "d", "a", "b", DIFFERENT, reviewer=second)
    decide(tmp_path / "d", "a", "b", WITHDRAWN, reviewer="ann")
    (standing,) = read_decisions(tmp_path / "d").latest.values()
    assert standing.reviewer == "bob"


def test_lines_without_a_reviewer_are_read(tmp_path):
    line = '{"first": "a", "second": "b", "verdict": "%s", "when": "2026-01-31T12:00:00Z"}\n'
    (tmp_path / "d").write_text(line % SAME)
    assert list(read_decisions(tmp_path / "d").latest) == [("a", "b")]
    (tmp_path / "d").write_text(line % SAME + line % WITHDRAWN)
    assert read_decisions(tmp_path / "d").latest == {}


@pytest.mark.faults
def test_two_writers_of_200_decisions_lose_none(tmp_path):
    path = tmp_path / "decisions.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    history = read_decisions(path)
    assert (len(history.decisions), history.unreadable) == (800, 0)
    wanted = {(f"{name}{number}", "listing") for name in "ab" for number in range(200)}
    assert set(history.latest) == wanted | {("both", "decide")}


@pytest.mark.faults
@pytest.mark.parametrize("left", [b"\xff", b'{"first": "a", "sec', b'{"first": 3}', b"[1]"])
def test_what_a_crash_left_of_a_line_spoils_no_other(tmp_path, left):
    path = tmp_path / "decisions.jsonl"
    decide(path, "a", "b", SAME)
    path.write_bytes(path.read_bytes() + left)
    decide(path, "c", "d", SAME)
    history = read_decisions(path)
    assert list(history.latest) == [("a", "b"), ("c", "d")]
    assert history.unreadable == 1


def test_another_file_is_not_taken_for_decisions(tmp_path):
    (tmp_path / "train.csv").write_text("posting_id,title\na,tas\n")
    with pytest.raises(DataError, match="train.csv: not a file of decisions"):
        read_decisions(tmp_path / "train.csv")


@pytest.mark.parametrize(("second", "verdict"), [("b", "maybe"), ("a", SAME)])
def test_what_is_no_decision_is_refused(tmp_path, second, verdict):
    with pytest.raises(ValueError, match="expected two ids and one of"):
        decide(tmp_path / "d", "a", second, verdict)
