"""Curves against the size of the catalogue, and what they forecast."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf import evaluate, options
from shopee_tf.data.catalog import catalog_from_frame, read_catalog
from shopee_tf.evaluation import size_curve
from shopee_tf.evaluation.size_curve import SizePoint, forecast_at, size_curves
from shopee_tf.evaluation.size_table import sizes_as_json, sizes_as_text
from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.systems import Part, Source, parse_union
from tfrecords.errors import UsageError


@pytest.fixture(scope="module")
def catalog(sample):
    return read_catalog(sample / "train.csv", require=("label_group",))


@pytest.fixture(scope="module")
def drawn(catalog):
    rows = np.arange(len(catalog), dtype=np.int32)
    unions = [parse_union(name) for name in ("phash", "idf", "idf~phash", "phash+idf")]
    return size_curves(Source(catalog), unions, rows=rows, size=400, draws=2)


def points(*of_sizes):
    return [
        SizePoint(np.full(len(f1), size), np.array(thresholds), np.array(f1))
        for size, thresholds, f1 in of_sizes
    ]


def test_values_on_a_line_are_forecast_without_a_band():
    on_a_line = points((100, [0.3], [0.9]), (200, [0.4], [0.8]), (400, [0.5], [0.7]))
    assert forecast_at(1600, on_a_line) == pytest.approx((0.7, 0, 0.5, 0), abs=1e-12)


def test_the_band_is_that_of_the_residuals():
    scattered = points((100, [0.3], [0.9, 0.7]), (200, [0.4], [0.6, 0.8]), (400, [0.5], [0.5, 0.7]))
    # About the line 0.8, 0.7, 0.6 all six are off by 0.1: s = sqrt(6 * 0.01 / 4). At 800 the
    # distance from the mean size is two doublings, those of the points 1, 0 and 1.
    band = 2 * np.sqrt(0.06 / 4) * np.sqrt(1 + 1 / 3 + 4 / 2)
    found = forecast_at(800, scattered)
    assert (found.f1, found.f1_band) == pytest.approx((0.5, band))


def test_no_threshold_is_forecast_where_finding_nothing_was_best():
    silent = points((100, [np.inf], [0.5]), (200, [0.4], [0.6]))
    found = forecast_at(400, silent)
    assert found[:2] == (None, None)
    assert found.f1 == pytest.approx(0.7)


def test_systems_that_stand_alone_are_drawn(drawn):
    assert [(curve.system, curve.measure) for curve in drawn] == [
        ("phash", "Hamming"), ("idf", "similarity"), ("idf~phash", "similarity"),
    ]  # fmt: skip


def test_sizes_are_eighths_of_the_catalogue(drawn, catalog):
    for part, point in zip((8, 4, 2, 1), drawn[0].points, strict=True):
        assert len(point.f1) == (2 if part > 1 else 1)
        assert np.all((point.sizes <= len(catalog) // part) & (point.sizes > 0))
    assert drawn[0].points[-1].sizes.tolist() == [len(catalog)]


@pytest.mark.parametrize(("place", "sign"), [(0, -1), (1, 1)])
def test_the_whole_is_fitted_as_anywhere_else(drawn, catalog, place, sign):
    rows = np.arange(len(catalog), dtype=np.int32)
    system = parse_union(drawn[place].system).blends[0].systems[0]
    found = Part(Source(catalog), candidates=rows, queries=rows).neighbors(system)
    best = fit_threshold(found, catalog.labels)
    (threshold,), (f1,) = drawn[place].points[-1].thresholds, drawn[place].points[-1].f1
    expected = np.floor(-best.threshold) if sign < 0 else best.threshold
    assert (threshold, f1) == pytest.approx((expected, best.f1))


@pytest.mark.parametrize(
    ("system", "threshold", "expected"),
    [("idf", 0.4, 0.4), ("phash", -9.5, 9.0), ("euclidean:runs/a", -1.25, 1.25)],
)
def test_thresholds_are_told_as_people_say_them(monkeypatch, catalog, system, threshold, expected):
    decision = SimpleNamespace(decision=SimpleNamespace(thresholds=(threshold,)), f1=0.5)
    monkeypatch.setattr(size_curve, "fit_decision", lambda union, part, **options: decision)
    rows = np.arange(len(catalog), dtype=np.int32)
    (curve,) = size_curves(Source(catalog), [parse_union(system)], rows=rows)
    assert {value for point in curve.points for value in point.thresholds} == {expected}


def test_the_same_drawings_every_time(drawn, catalog):
    rows = np.arange(len(catalog), dtype=np.int32)
    (again,) = size_curves(Source(catalog), [parse_union("idf")], rows=rows, draws=2)
    for one, other in zip(again.points, drawn[1].points, strict=True):
        np.testing.assert_array_equal(one.f1, other.f1)


def test_only_rows_that_may_be_drawn_are(catalog, monkeypatch):
    rows, seen = np.arange(0, len(catalog), 2, dtype=np.int32), []
    fit = size_curve.fit_decision
    monkeypatch.setattr(
        size_curve, "fit_decision", lambda u, part, **o: seen.append(part.queries) or fit(u, part)
    )
    size_curves(Source(catalog), [parse_union("idf")], rows=rows, draws=1)
    assert set(np.concatenate(seen)) == set(rows)


@pytest.mark.parametrize("labels", [["1"] * 40, ["1", "2"]])
def test_too_few_products(labels):
    ids = [f"p{row}" for row in range(len(labels))]
    frame = pd.DataFrame({"posting_id": ids, "title": "tas", "label_group": labels})
    rows = np.arange(len(labels), dtype=np.int32)
    with pytest.raises(UsageError, match="are too few, or too large"):
        size_curves(Source(catalog_from_frame(frame)), [parse_union("idf")], rows=rows)


def test_a_line_for_each_size_and_one_for_the_forecast(drawn):
    lines = sizes_as_text(drawn).splitlines()
    assert len(lines) == 2 + 3 * 5
    assert lines[2].startswith("phash ")
    assert "400" in lines[6] and "forecast" in lines[6] and "+-" in lines[6]


def test_infinite_thresholds_are_written_as_null():
    (point,) = points((100, [np.inf, 0.5], [0.5, 0.6]))
    curve = size_curve.SizeCurve("idf", "similarity", [point], None, None)
    (row,) = json.loads(json.dumps(sizes_as_json([curve]), allow_nan=False))
    assert row["points"] == [{"sizes": [100, 100], "thresholds": [None, 0.5], "f1": [0.5, 0.6]}]
    assert "never" in sizes_as_text([curve])


def test_one_command_prints_draws_and_writes_it(sample, tmp_path, capsys):
    argv = [
        f"--csv={sample / 'train.csv'}", "--systems=phash,idf", "--size_curve",
        "--catalog_size=500", f"--plot={tmp_path / 'f1.png'}", f"--output={tmp_path / 'f1.json'}",
    ]  # fmt: skip
    evaluate.run(options.parse(evaluate.define_flags, argv))
    curves = json.loads((tmp_path / "f1.json").read_text())["size_curves"]
    assert [(curve["system"], curve["size"]) for curve in curves] == [("phash", 500), ("idf", 500)]
    assert "forecast" in capsys.readouterr().out
    with Image.open(tmp_path / "f1_sizes.png") as picture:
        assert len(np.unique(np.asarray(picture.convert("L")))) > 20


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--submission=s.csv", "--size_curve"], "--size_curve is for --systems"),
        (["--systems=idf", "--catalog_size=9"], "--catalog_size is for --size_curve"),
        (["--systems=idf+phash", "--size_curve"], "--size_curve is for systems that stand alone"),
    ],
)
def test_flags_that_do_not_go_together(argv, message):
    with pytest.raises(UsageError, match=message):
        evaluate.run(options.parse(evaluate.define_flags, ["--csv=x.csv", *argv]))
