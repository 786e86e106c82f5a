"""`match` with a decision by probabilities: forecast, probabilities, groups that keep their ids."""

import csv

import numpy as np
import pytest

from shopee_tf import calibrate, match
from shopee_tf.matcher import load_matcher
from shopee_tf.systems import judge
from tests.test_pair_decision import NEW, OLD


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("match")
    OLD.source.catalog.frame.to_csv(folder / "old.csv", index=False)
    NEW.source.catalog.frame.drop(columns="label_group").to_csv(folder / "new.csv", index=False)
    for name, how in (
        ("pairs", ["--fusion=boundary", "--sets=groups"]),
        ("components", ["--fusion=boundary", "--sets=components"]),
        ("union", []),
    ):
        flags = [f"--csv={folder}/old.csv", "--systems=tfidf,phash", f"--matcher={folder}/{name}"]
        calibrate.main([*flags, *how])
    return folder


def run(folder, *flags, matcher="pairs"):
    match.main(
        [
            f"--matcher={folder}/{matcher}", f"--csv={folder}/new.csv",
            f"--output={folder}/submission.csv", *flags,
        ]
    )  # fmt: skip


def lines_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_it_forecasts_f1_and_counts_listings_without_a_match(folder, capsys):
    run(folder)
    said = capsys.readouterr().out
    assert "forecast of F1, by sets of the highest expected F1: 0." in said
    assert "most likely without a match: " in said


def test_each_listing_has_the_probability_of_no_match_and_of_each_candidate(folder):
    run(folder, f"--probabilities={folder}/p.csv")
    lines = lines_of(folder / "p.csv")
    none = {line["posting_id"]: float(line["probability"]) for line in lines if not line["match"]}
    assert len(none) == len(NEW.queries)
    for posting in list(none)[:50]:
        chances = [
            float(line["probability"])
            for line in lines
            if line["posting_id"] == posting and line["match"]
        ]
        assert chances == sorted(chances, reverse=True)
        assert min(chances, default=1) >= 0.01


def test_no_match_is_as_likely_as_that_each_candidate_is_none(folder):
    run(folder, f"--probabilities={folder}/p.csv")
    lines = [line for line in lines_of(folder / "p.csv") if not line["match"]]
    judged = judge(load_matcher(folder / "pairs").decision, NEW)
    none = [np.prod(1 - judged.probability[judged.query == place]) for place in NEW.queries]
    ids = NEW.source.catalog.posting_ids[judged.rows].tolist()
    assert [line["posting_id"] for line in lines] == ids
    written = [float(line["probability"]) for line in lines]
    np.testing.assert_allclose(written, none, rtol=0, atol=0.5e-4 + 1e-9)
    assert min(written) < 0.1 and max(written) > 0.5


@pytest.mark.parametrize("matcher", ["pairs", "components"])
def test_groups_are_the_matches_and_keep_their_ids(folder, matcher):
    run(folder, f"--groups={folder}/g.csv", matcher=matcher)
    first = {line["posting_id"]: line["group_id"] for line in lines_of(folder / "g.csv")}
    assert len(set(first.values())) < len(first)  # some have two listings or more
    for line in lines_of(folder / "submission.csv"):
        assert {first[one] for one in line["matches"].split()} == {first[line["posting_id"]]}
    renamed = folder / "renamed.csv"
    renamed.write_text((folder / "g.csv").read_text().replace('","', '","old-'))
    text = renamed.read_text().replace("old-group_id", "group_id")
    renamed.write_text(text)
    run(folder, f"--groups={folder}/g2.csv", f"--previous_groups={renamed}", matcher=matcher)
    second = {line["posting_id"]: line["group_id"] for line in lines_of(folder / "g2.csv")}
    assert second == {posting: f"old-{group}" for posting, group in first.items()}


@pytest.mark.parametrize("flag", ["--probabilities=p.csv", "--groups=g.csv"])
def test_thresholds_have_no_probabilities(folder, capsys, flag):
    with pytest.raises(SystemExit) as stop:
        run(folder, flag, matcher="union")
    assert stop.value.code == 1
    assert "calibrate it with --fusion=pairs" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "posting_id,matches\n"])
def test_bad_previous_groups_stop_it_before_the_search(folder, capsys, monkeypatch, content):
    monkeypatch.setattr("shopee_tf.matcher.open_part", lambda *_, **__: pytest.fail("searched"))
    bad = folder / "bad.csv"
    bad.unlink(missing_ok=True)
    if content:
        bad.write_text(content)
    (folder / "submission.csv").unlink(missing_ok=True)
    with pytest.raises(SystemExit):
        run(folder, f"--groups={folder}/g.csv", f"--previous_groups={bad}")
    assert f"{bad}: " in capsys.readouterr().err
    assert not (folder / "submission.csv").exists()


def test_groups_may_take_the_place_of_those_before_them(folder):
    path = folder / "daily.csv"
    run(folder, f"--groups={path}")
    first = path.read_text(encoding="utf-8")
    run(folder, f"--groups={path}", f"--previous_groups={path}")
    assert path.read_text(encoding="utf-8") == first


def test_nothing_else_may_take_the_place_of_previous_groups(folder, capsys):
    path = folder / "before.csv"
    path.write_text("posting_id,group\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        run(folder, f"--probabilities={path}", f"--previous_groups={path}", f"--groups={folder}/g")
    assert f"--probabilities={path}: is read by this command" in capsys.readouterr().err


def test_previous_groups_need_groups(folder, capsys):
    with pytest.raises(SystemExit) as stop:
        run(folder, f"--previous_groups={folder}/g.csv")
    assert stop.value.code == 1
    assert "give both" in capsys.readouterr().err
