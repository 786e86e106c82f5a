"""`match` with a decision by probabilities: forecast, probabilities, groups that keep their ids."""

import csv

import pytest

from shopee_tf import calibrate, match
from tests.test_pair_decision import NEW, OLD


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("match")
    OLD.source.catalog.frame.to_csv(folder / "old.csv", index=False)
    NEW.source.catalog.frame.drop(columns="label_group").to_csv(folder / "new.csv", index=False)
    for name, how in (("pairs", ["--fusion=boundary", "--sets=groups"]), ("union", [])):
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
    assert "forecast of F1 without labels: 0." in said
    assert "most likely without a match: " in said


def test_each_listing_has_the_probability_of_no_match_and_of_each_candidate(folder):
    run(folder, f"--probabilities={folder}/p.csv")
    lines = lines_of(folder / "p.csv")
    none = {line["posting_id"]: float(line["probability"]) for line in lines if not line["match"]}
    assert len(none) == len(NEW.queries)
    for posting, alone in list(none.items())[:50]:
        chances = [
            float(line["probability"])
            for line in lines
            if line["posting_id"] == posting and line["match"]
        ]
        assert chances == sorted(chances, reverse=True)
        assert min(chances, default=1) >= 0.01
        product = 1.0
        for chance in chances:
            product *= 1 - chance
        assert alone <= product + 1e-3


def test_groups_are_the_matches_and_keep_their_ids(folder):
    run(folder, f"--groups={folder}/g.csv")
    first = {line["posting_id"]: line["group_id"] for line in lines_of(folder / "g.csv")}
    for line in lines_of(folder / "submission.csv"):
        assert {first[one] for one in line["matches"].split()} == {first[line["posting_id"]]}
    renamed = folder / "renamed.csv"
    renamed.write_text((folder / "g.csv").read_text().replace('","', '","old-'))
    text = renamed.read_text().replace("old-group_id", "group_id")
    renamed.write_text(text)
    run(folder, f"--groups={folder}/g2.csv", f"--previous_groups={renamed}")
    second = {line["posting_id"]: line["group_id"] for line in lines_of(folder / "g2.csv")}
    assert second == {posting: f"old-{group}" for posting, group in first.items()}


@pytest.mark.parametrize("flag", ["--probabilities=p.csv", "--groups=g.csv"])
def test_thresholds_have_no_probabilities(folder, capsys, flag):
    with pytest.raises(SystemExit) as stop:
        run(folder, flag, matcher="union")
    assert stop.value.code == 1
    assert "calibrate it with --fusion=pairs" in capsys.readouterr().err


def test_previous_groups_need_groups(folder, capsys):
    with pytest.raises(SystemExit) as stop:
        run(folder, f"--previous_groups={folder}/g.csv")
    assert stop.value.code == 1
    assert "give both" in capsys.readouterr().err
