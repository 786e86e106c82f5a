"""What is given to a report beside the catalogue: refused in one line, or shown."""

import pytest

from shopee_tf.matcher import save_matcher
from shopee_tf.report import __main__ as report
from tests.report.matched import CATALOG, MATCHER


@pytest.fixture
def flags(tmp_path):
    CATALOG.frame.to_csv(tmp_path / "train.csv", index=False)
    return [f"--csv={tmp_path / 'train.csv'}", f"--output={tmp_path / 'report.html'}"]


@pytest.fixture
def matcher(tmp_path):
    save_matcher(MATCHER, tmp_path / "matcher")
    return f"--matcher={tmp_path / 'matcher'}"


def write_submission(path, postings):
    path.write_text("posting_id,matches\n" + "".join(f"{one},{one}\n" for one in postings))
    return f"--submission={path}"


def test_a_matcher_is_applied_and_its_errors_are_shown(flags, matcher, tmp_path, capsys):
    report.main([*flags, matcher])
    page = (tmp_path / "report.html").read_text()
    assert "Worst false positives" in page
    assert "idf: cosine 0.711 &gt;= 0.600" in page


def test_a_submission_is_shown(flags, tmp_path, capsys):
    submission = write_submission(tmp_path / "alone.csv", CATALOG.posting_ids)
    report.main([*flags, submission])
    page = (tmp_path / "report.html").read_text()
    assert "No listing matches one of another product." in page
    assert "Worst false negatives" in page


def test_figures_are_written_as_png_too(flags, matcher, tmp_path, capsys):
    report.main([*flags, matcher, f"--figures={tmp_path / 'figures'}"])
    assert (tmp_path / "figures" / "matcher_f1.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("bad", "code", "message"),
    [
        ("--results=none.json", 1, "none.json: no such file; python -m shopee_tf.evaluate"),
        ("--results={0}/train.csv", 3, "train.csv: not readable as JSON"),
        ("--matcher={0}/none", 1, "none: no such folder; python -m shopee_tf.calibrate"),
        ("--matcher={0}/empty", 3, "matcher.json: no such file"),
        ("--submission={0}/none.csv", 1, "none.csv: no such file"),
        ("--submission={0}/train.csv", 2, "expected the header line posting_id,matches"),
        ("--submission={0}/other.csv", 2, "postings of the catalogue are missing"),
        ("--runs={0}/none", 1, "none: no such folder; a trainer makes it"),
        ("--runs={0}", 1, "not the folder of a run"),
    ],
)
def test_what_is_not_there_or_something_else_is_one_line(
    flags, tmp_path, capsys, monkeypatch, bad, code, message
):
    write_submission(tmp_path / "other.csv", CATALOG.posting_ids[:3])
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("shopee_tf.report.catalogue_section.catalogue_section", None)
    with pytest.raises(SystemExit) as exit:
        report.main([*flags, bad.format(tmp_path)])
    error = capsys.readouterr().err.strip()
    assert (exit.value.code, "\n" in error) == (code, False)
    assert message in error


def test_matches_come_from_one_place(flags, matcher, capsys):
    with pytest.raises(SystemExit):
        report.main([*flags, matcher, "--submission=x.csv"])
    assert "give either --matcher=FOLDER or --submission=FILE" in capsys.readouterr().err


def test_a_matcher_that_needs_what_the_csv_lacks_is_refused_before_anything_else(
    flags, tmp_path, capsys, monkeypatch
):
    from shopee_tf.systems import Decision, parse_union

    decision = Decision(parse_union("phash"), ((1.0,),), (0.0,), (-9.0,))
    save_matcher(MATCHER._replace(decision=decision), tmp_path / "hashes")
    CATALOG.frame.drop(columns="image_phash").to_csv(tmp_path / "train.csv", index=False)
    monkeypatch.setattr("shopee_tf.report.catalogue_section.catalogue_section", None)
    with pytest.raises(SystemExit):
        report.main([*flags, f"--matcher={tmp_path / 'hashes'}"])
    assert "phash: the csv has no column image_phash" in capsys.readouterr().err
