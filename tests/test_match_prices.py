"""match --report_prices: which offers are of the same product, and what is written."""

import csv
import itertools

import numpy as np
import pandas as pd
import pytest

from shopee_tf import match
from shopee_tf.data.catalog import catalog_from_frame, write_catalog
from shopee_tf.matcher import Matcher, save_matcher
from shopee_tf.matching.calibration import Calibrator
from shopee_tf.matching.group_sizes import count_sizes
from shopee_tf.matching.pair_fusion import Fusion
from shopee_tf.systems import Decision, PairDecision, Part, Source, parse_union, same_pairs

CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": ["a", "b", "c", "d", "e"],
            "title": ["tas kulit", "tas kulit", "tas kulit isi 2", "tas kulit", "topi"],
            # Bits from a: 1, 2, 12 and 16.
            "image_phash": [f"{2**bits - 1:016x}" for bits in (0, 1, 2, 12, 16)],
            "price": ["100", "80", "60", "40", ""],
        }
    )
)
ROWS = np.arange(5, dtype=np.int32)


def union_of(systems, *thresholds):
    union = parse_union(systems)
    ones = tuple((1.0,) for _ in union.blends)
    decision = Decision(union, ones, (0.0,) * len(ones), thresholds)
    return Matcher(decision, (), {"num_candidates": 5})


def probable():
    """Photos decide: cosines 1 / 2 and 1 have odds of 1 / 9 and 9, straight in log odds."""
    calibrator = Calibrator("logistic", np.array([0.5, 1.0]), np.array([0.1, 0.9]))
    fusion = Fusion("sum", np.array([1.0]), calibrator)
    prior = count_sizes(np.array([0, 0, 1, 2]))
    decision = PairDecision(parse_union("phash"), fusion, "threshold", 0.5, 5, prior, 0.0)
    return Matcher(decision, (), {"num_candidates": 5})


def offers_of_a(matcher, confidence=0.9):
    part = Part(Source(CATALOG), candidates=ROWS, queries=ROWS)
    found = same_pairs(matcher.decision, part, confidence=confidence)
    return [CATALOG.posting_ids[other] for row, other in zip(found.rows, found.others) if row == 0]


def test_every_blend_of_a_union_takes_an_offer_and_no_variant_contradicts():
    assert offers_of_a(union_of("phash", -14.0)) == ["b", "c", "d"]  # c says nothing a denies
    assert offers_of_a(union_of("phash+tfidf", -9.0, 0.9)) == ["b"]
    assert offers_of_a(union_of("phash+tfidf", -14.0, 0.9)) == ["b", "d"]


def test_blends_that_take_nothing_are_not_asked():
    assert offers_of_a(union_of("phash+tfidf", -9.0, np.inf)) == ["b", "c"]
    assert offers_of_a(union_of("phash+tfidf", np.inf, np.inf)) == []


def test_other_counts_are_no_offers():
    titles = ["tas isi 3", "tas isi 3", "tas isi 2", "tas", "topi"]
    catalog = CATALOG.with_column("title", titles)
    part = Part(Source(catalog), candidates=ROWS, queries=ROWS)
    found = same_pairs(union_of("phash", -9.0).decision, part, confidence=0.9)
    assert found.others[found.rows == 0].tolist() == [1]


def test_offers_are_as_probable_as_is_asked_for():
    # At d bits the odds are 9 ** (1 - d / 8): 0.872 at 1, 0.839 at 2, 0.25 at 12.
    assert offers_of_a(probable(), 0.85) == ["b"]
    assert offers_of_a(probable(), 0.8) == ["b", "c"]
    assert offers_of_a(probable(), 0.9) == []


def report(tmp_path, matcher, *flags):
    save_matcher(matcher, tmp_path / "matcher")
    write_catalog(CATALOG, tmp_path / "new.csv")
    match.main(
        [
            f"--matcher={tmp_path / 'matcher'}",
            f"--csv={tmp_path / 'new.csv'}",
            f"--output={tmp_path / 'submission.csv'}",
            f"--report_prices={tmp_path / 'prices.csv'}",
            *flags,
        ]
    )
    with open(tmp_path / "prices.csv", encoding="utf-8", newline="") as file:
        return {line["posting_id"]: line for line in csv.DictReader(file)}


def test_the_command_reports_listings_with_a_price(tmp_path, capsys):
    found = report(tmp_path, union_of("phash", -9.0))
    assert list(found) == ["a", "b", "c", "d"]
    assert found["a"]["offer_posting_id"] == "c"
    assert (found["a"]["gap"], found["a"]["gap_percent"]) == ("40", "40.00")
    assert (found["c"]["gap"], found["c"]["probability"]) == ("-20", "")
    assert found["d"]["offer_posting_id"] == ""
    assert "4 listings with a price, 2 of them cheaper elsewhere, 1 without a price left out" in (
        capsys.readouterr().out
    )


def test_the_confidence_may_be_lower(tmp_path):
    line = report(tmp_path, probable(), "--price_confidence=0.8")["a"]
    assert (line["offer_posting_id"], line["probability"]) == (
        "c",
        f"{9**0.75 / (1 + 9**0.75):.4f}",
    )


def test_new_listings_see_old_offers(tmp_path):
    write_catalog(CATALOG.take([1, 2, 3, 4]), tmp_path / "older.csv")
    found = report(tmp_path, union_of("phash", -9.0), f"--against={tmp_path / 'older.csv'}")
    assert {posting: line["offer_posting_id"] for posting, line in found.items()} == {"a": "c"}


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        (["1", "2", "x", "4", "5"], "{0}/new.csv: posting_id c: price 'x' is no number above 0"),
        (None, "a report of prices needs the column price; found posting_id, title"),
    ],
)
def test_bad_prices_are_one_clear_line(tmp_path, capsys, monkeypatch, prices, message):
    frame = CATALOG.frame.drop(columns="price")
    if prices:
        frame["price"] = prices
    monkeypatch.setitem(globals(), "CATALOG", catalog_from_frame(frame))
    with pytest.raises(SystemExit):
        report(tmp_path, union_of("phash", -9.0))
    assert capsys.readouterr().err.startswith(f"error: {message.format(tmp_path)}")
    assert not (tmp_path / "submission.csv").exists()


@pytest.mark.faults
def test_a_bad_price_is_looked_for_in_the_older_csv(tmp_path, capsys):
    older = CATALOG.take([1, 2]).with_column("price", ["5", "1,5"])
    write_catalog(older, tmp_path / "older.csv")
    write_catalog(CATALOG.take([0, 3, 4]), tmp_path / "newer.csv")
    with pytest.raises(SystemExit):
        report(tmp_path, union_of("phash", -9.0), f"--against={tmp_path / 'older.csv'}",
               f"--csv={tmp_path / 'newer.csv'}")  # fmt: skip
    said = capsys.readouterr().err
    assert f"{tmp_path / 'older.csv'}: posting_id c: price '1,5' is no number above 0" in said


def test_both_files_cannot_be_one(tmp_path, capsys):
    with pytest.raises(SystemExit):
        report(tmp_path, union_of("phash", -9.0), f"--output={tmp_path / 'prices.csv'}")
    assert "--report_prices and --output name the same file" in capsys.readouterr().err


FILES = ("groups", "probabilities", "report_prices", "output")


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(FILES, 2)))
def test_no_file_is_written_twice(tmp_path, capsys, monkeypatch, first, second):
    monkeypatch.chdir(tmp_path)
    save_matcher(probable(), "matcher")
    write_catalog(CATALOG, "new.csv")
    with pytest.raises(SystemExit):
        match.main(
            ["--matcher=matcher", "--csv=new.csv", f"--{first}=one.csv", f"--{second}=./one.csv"]
        )
    assert f"--{first} and --{second} name the same file" in capsys.readouterr().err
    assert not (tmp_path / "one.csv").exists()
