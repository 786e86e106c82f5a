"""The command calibrate: one run at a time in a folder, and what it says of a fit."""

import json
import os

import pytest

from shopee_tf import calibrate
from tests.tiny_catalog import WORDS
from tfrecords import files


@pytest.fixture
def folder(tmp_path):
    """A csv of pairs of listings that two words tell, and nothing else."""
    rows = [f"p{row},{WORDS[row // 2]} {row % 2},{row // 2}" for row in range(len(WORDS))]
    (tmp_path / "train.csv").write_text("\n".join(["posting_id,title,label_group", *rows, ""]))
    return tmp_path


def run(folder, *flags):
    csv = f"--csv={folder / 'train.csv'}"
    calibrate.main([csv, "--systems=tfidf", f"--matcher={folder / 'matcher'}", *flags])


@pytest.mark.faults
@pytest.mark.parametrize("flags", [[], ["--overwrite"]])
def test_two_runs_are_not_at_work_in_one_folder(folder, capsys, flags):
    with files.lock(folder / "matcher"), pytest.raises(SystemExit) as end:
        run(folder, *flags)
    assert end.value.code == 75
    assert "matcher: locked by pid" in capsys.readouterr().err


@pytest.mark.faults
def test_a_run_that_was_killed_leaves_no_matcher_to_overwrite(folder):
    (folder / "matcher").mkdir()
    dead = {"pid": 2**22 + 1, "host": os.uname().nodename, "started": "1"}
    (folder / "matcher" / ".lock").write_text(json.dumps(dead))
    run(folder)
    assert sorted(os.listdir(folder / "matcher")) == ["matcher.json", "seen.csv"]


def test_a_matcher_is_replaced_only_where_asked_to(folder, capsys):
    run(folder)
    with pytest.raises(SystemExit) as end:
        run(folder)
    assert end.value.code == 1
    assert "matcher is there already; give --overwrite" in capsys.readouterr().err
    run(folder, "--overwrite")


def test_a_matcher_that_matches_nothing_is_said_to_be_one(folder, capsys):
    alike = [f"p{row},tas,{row}" for row in range(3, 12)]  # and the pair shares no word
    lines = ["posting_id,title,label_group", "p1,kain,1", "p2,topi,1", *alike, ""]
    (folder / "train.csv").write_text("\n".join(lines))
    run(folder, "--systems=tfidf,idf")
    said = capsys.readouterr()
    assert "tfidf+idf: never\n" in said.out
    assert "not used" not in said.out
    assert "this matcher matches nothing" in said.err


@pytest.mark.faults
def test_without_two_listings_of_a_product_there_is_nothing_to_fit_on(folder, capsys):
    (folder / "train.csv").write_text("posting_id,title,label_group\np0,tas,0\np1,tas,1\n")
    with pytest.raises(SystemExit) as end:
        run(folder)
    assert end.value.code == 2
    assert "no two of the 2 listings to fit on are of one product" in capsys.readouterr().err
    assert not (folder / "matcher").exists()
