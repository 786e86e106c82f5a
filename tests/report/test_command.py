"""`python -m shopee_tf.report`: what it writes, and what it refuses."""

import datetime

import pandas as pd
import pytest

from shopee_tf.report import __main__ as report
from shopee_tf.version import VERSION
from tests.app.hostile import PAYLOADS


def fails(capsys, *argv):
    with pytest.raises(SystemExit) as ended:
        report.main(list(argv))
    return ended.value.code, capsys.readouterr().err


def test_a_page_and_its_figures_are_written(sample, tmp_path, capsys):
    page, figures = tmp_path / "new" / "report.html", tmp_path / "figures"
    images = f"--images={sample / 'train_images'}"
    report.main([f"--csv={sample}/train.csv", images, f"--output={page}", f"--figures={figures}"])
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg;base64,") > 50
    names = {path.name for path in figures.iterdir()}
    assert {"product_sizes.png", "photo_shapes.png", "title_lengths.png"} <= names
    assert text.count("data:image/png;base64,") == len(names)
    (last,) = capsys.readouterr().out.splitlines()
    assert last.startswith("done in ") and last.endswith(f"; written: {page}, {figures}")
    assert f": 1 section with {len(names)} figures;" in last  # no system, no matches to be wrong


def test_a_page_tells_what_it_was_made_of(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "_today", lambda: datetime.date(2026, 5, 4))
    images = f"--images={sample / 'train_images'}/"
    report.main([f"--csv={sample}/train.csv", images, f"--output={tmp_path}/r.html"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count("Report of train.csv") == 3  # title, contents, heading
    origin = f"Made of train.csv; images: train_images. By shopee_tf {VERSION} on 2026-05-04."
    assert f'<p class="caption">{origin}</p>' in page


def test_the_same_seed_writes_the_same_page(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "_today", lambda: datetime.date(2026, 5, 4))
    pages = [tmp_path / name for name in ("1.html", "2.html")]
    for page in pages:
        report.main([f"--csv={sample}/test.csv", f"--output={page}", "--seed=3"])
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_titles_alone_make_a_page(tmp_path):
    pd.DataFrame({"posting_id": ["a", "b"], "title": PAYLOADS[:2]}).to_csv(
        tmp_path / "bare.csv", index=False
    )
    report.main([f"--csv={tmp_path}/bare.csv", f"--output={tmp_path}/report.html"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "no column label_group" in page
    assert "<script" not in page
    assert "--limit_rows" not in page


def test_a_page_of_some_rows_says_so(sample, tmp_path):
    report.main([f"--csv={sample}/train.csv", "--limit_rows=9", f"--output={tmp_path}/r.html"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Only the first 9 rows of train.csv were read, by --limit_rows." in page


@pytest.mark.parametrize("limit", [2, 3, 1000])
def test_a_limit_that_leaves_no_row_out_is_not_told(tmp_path, limit):
    rows = "".join(f"{name},tas\n" for name in "ab")
    (tmp_path / "t.csv").write_text(f"posting_id,title\n{rows}\n\r\n")
    csv, page = f"--csv={tmp_path}/t.csv", tmp_path / "r.html"
    report.main([csv, f"--limit_rows={limit}", f"--output={page}"])
    assert "--limit_rows" not in page.read_text(encoding="utf-8")


def test_a_limit_counts_rows_that_repeat_another(tmp_path):
    (tmp_path / "t.csv").write_text("posting_id,title\na,tas\na,tas\nb,topi\n")
    csv, page = f"--csv={tmp_path}/t.csv", tmp_path / "r.html"
    report.main([csv, "--limit_rows=2", f"--output={page}"])
    assert "Only the first 2 rows of t.csv were read" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--output=report.pdf"], 1, "expected a name that ends in .html"),
        (["--output=."], 1, "--output=.: a folder; name a file, such as ./report.html"),
        (["--images=none"], 1, "--images=none: no such folder"),
        (["--seed=-1"], 1, "--seed=-1"),
        (["--figures={0}/train.csv"], 1, "is a file; name a folder"),
        (["--limit_rows=0"], 1, "--limit_rows=0"),
    ],
)
def test_bad_flags_are_named(sample, tmp_path, monkeypatch, capsys, flags, code, said):
    monkeypatch.chdir(tmp_path)
    flags = [flag.format(sample) for flag in flags]
    ended, error = fails(capsys, f"--csv={sample}/train.csv", *flags)
    assert (ended, said in error) == (code, True)
    assert len(error.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_missing_csv_is_named(tmp_path, capsys):
    ended, error = fails(capsys, f"--csv={tmp_path}/no.csv", f"--output={tmp_path}/r.html")
    assert (ended, "no.csv: no such file" in error) == (1, True)


def test_photos_without_their_names_are_refused(tmp_path, capsys):
    pd.DataFrame({"posting_id": ["a"], "title": ["b"]}).to_csv(tmp_path / "t.csv", index=False)
    flags = [f"--csv={tmp_path}/t.csv", f"--images={tmp_path}", f"--output={tmp_path}/r.html"]
    ended, error = fails(capsys, *flags)
    assert (ended, "no column image in the csv" in error) == (2, True)
