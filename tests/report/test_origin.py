"""What a report tells of its own making."""

import datetime

import pytest

from shopee_tf.report.origin import origin_line, report_title
from shopee_tf.version import VERSION

DAY = datetime.date(2026, 5, 4)


def test_what_was_not_given_is_not_told():
    line = origin_line("t.csv", {"images": None, "runs": []}, day=DAY)
    assert line == f"Made of t.csv. By shopee_tf {VERSION} on 2026-05-04."


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (["runs/image/", "runs/text"], "runs: image, text"),
        (["old/text", "new/text"], "runs: old/text, new/text"),
        (["runs/text", "runs/text/"], "runs: text"),
    ],
)
def test_runs_go_by_names_that_tell_them_apart(runs, said):
    assert f"; {said}. By" in origin_line("t.csv", {"runs": runs}, day=DAY)


def test_the_folder_one_is_in_has_a_name(tmp_path, monkeypatch):
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path / "photos")
    assert "images: photos. By" in origin_line("t.csv", {"images": "."}, day=DAY)


def test_a_remote_csv_goes_by_its_name():
    assert report_title("gs://bucket/data/train.csv") == "Report of train.csv"
