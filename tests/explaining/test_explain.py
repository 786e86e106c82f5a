"""The command explain: which pairs, and in which form."""

import json

import numpy as np
import pytest

from shopee_tf import explain
from shopee_tf.data.catalog import read_catalog
from shopee_tf.matcher import Matcher, save_matcher
from shopee_tf.systems import Decision, parse_union

CSV = "posting_id,title\nt1,tas kulit\nt2,tas kulit asli\nt3,topi anak\nt4,topi\n"


@pytest.fixture
def flags(tmp_path):
    (tmp_path / "new.csv").write_text(CSV)
    decision = Decision(parse_union("tfidf"), ((1.0,),), (0.0,), (0.5,))
    save_matcher(Matcher(decision, (), {"num_candidates": 4}), tmp_path / "matcher")
    return [f"--csv={tmp_path / 'new.csv'}", f"--matcher={tmp_path / 'matcher'}"]


def printed(flags, capsys):
    explain.main(flags)
    return [(card["first"]["posting_id"], card["second"]["posting_id"])
            for card in json.loads(capsys.readouterr().out)]  # fmt: skip


def test_pairs_may_be_given_again_and_again(flags, capsys):
    pairs = ["--pair=t1,t2", "--pair=t3, t4"]
    assert printed([*flags, *pairs], capsys) == [("t1", "t2"), ("t3", "t4")]


def test_pairs_may_stand_in_a_file(flags, capsys, tmp_path):
    (tmp_path / "pairs.txt").write_text("t1,t3\n\nt2,t1\n")
    found = printed([*flags, f"--pairs={tmp_path / 'pairs.txt'}"], capsys)
    assert found == [("t1", "t3"), ("t2", "t1")]


def test_a_listing_has_a_card_for_each_candidate(flags, capsys):
    assert printed([*flags, "--listing=t1"], capsys)[0] == ("t1", "t2")


def test_cards_are_written_beside_their_text(flags, capsys, tmp_path):
    explain.main([*flags, "--pair=t1,t2", f"--output={tmp_path / 'cards.json'}"])
    assert capsys.readouterr().out.startswith("t1  tas kulit\nt2  tas kulit asli\na match either")
    (card,) = json.loads((tmp_path / "cards.json").read_text())
    assert card["verdict"]["accepted"]


def test_no_labels_are_needed(flags, capsys, tmp_path):
    partly = "posting_id,title,label_group\nt1,tas kulit,\nt2,tas kulit asli,7\n"
    (tmp_path / "new.csv").write_text(partly)
    assert printed([*flags, "--pair=t1,t2"], capsys) == [("t1", "t2")]


def test_a_terminal_shows_text(flags, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    explain.main([*flags, "--pair=t1,t2", "--pair=t3,t4"])
    assert capsys.readouterr().out.count("shared words:") == 2


def test_photos_are_hashed_where_the_csv_has_no_hashes(tmp_path, capsys, sample):
    frame = read_catalog(sample / "train.csv").take(range(4)).frame
    frame.drop(columns="image_phash", errors="ignore").to_csv(tmp_path / "new.csv", index=False)
    decision = Decision(parse_union("phash"), ((1.0,),), (0.0,), (-9.0,))
    save_matcher(Matcher(decision, (), {"num_candidates": 4}), tmp_path / "matcher")
    first, second = frame["posting_id"][:2]
    explain.main(
        [
            f"--csv={tmp_path / 'new.csv'}", f"--matcher={tmp_path / 'matcher'}",
            f"--images={sample / 'train_images'}", f"--pair={first},{second}",
        ]
    )  # fmt: skip
    (card,) = json.loads(capsys.readouterr().out)
    assert 0 <= card["systems"][0]["distance"] <= 64


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--pair=t1,t5", "no listing has the posting_id 't5'; is it "),
        ("--listing=t1x", "no listing has the posting_id 't1x'; is it t1?"),
        ("--pair=t1", "--pair: expected two posting ids and a comma between, saw 't1'"),
        ("--pair=t1,t1", "--pair: both posting ids are t1; give two listings"),
        ("--pairs=nowhere.txt", "nowhere.txt: no such file"),
        ("--debug=false", "give --pair=ID1,ID2, --pairs=FILE or --listing=ID"),
    ],
)
def test_what_cannot_be_explained_is_one_clear_line(flags, capsys, flag, message):
    with pytest.raises(SystemExit):
        explain.main([*flags, flag])
    error = capsys.readouterr().err.strip()
    assert error.startswith(f"error: {message}") and "\n" not in error


def test_a_bad_line_of_a_file_is_named(flags, capsys, tmp_path):
    (tmp_path / "pairs.txt").write_text("t1,t2\nt1;t3\n")
    with pytest.raises(SystemExit):
        explain.main([*flags, f"--pairs={tmp_path / 'pairs.txt'}"])
    assert "pairs.txt line 2: expected two posting ids" in capsys.readouterr().err


@pytest.mark.real_data
def test_on_the_real_catalogue_a_card_agrees_with_matching(shared_data):
    from shopee_tf.explaining.cards import Explainer
    from shopee_tf.matcher import match_catalog
    from shopee_tf.systems import Source

    catalog = read_catalog(shared_data / "shopee" / "train.csv", limit_rows=2000)
    decision = Decision(parse_union("phash+tfidf"), ((1.0,),) * 2, (0.0, 0.1), (-6.0, 0.55))
    matcher = Matcher(decision, (), {"num_candidates": 2000})
    explainer, matches = (
        Explainer(matcher, Source(catalog)),
        match_catalog(matcher, Source(catalog)),
    )
    for row in np.random.default_rng(0).integers(0, 2000, 20).tolist():
        listing = catalog.posting_ids[row]
        for other in explainer.candidates(listing):
            verdict = explainer.card(listing, other).verdict
            assert verdict.accepted == (other in catalog.posting_ids[matches[row]])
            assert verdict.accepted == any(test.passed for test in verdict.tests)
