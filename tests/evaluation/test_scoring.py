"""Ensembles scored on a split: figures, weights, curves, the table and the picture."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

from shopee_tf import evaluate, options
from shopee_tf.data.catalog import read_catalog
from shopee_tf.evaluation import protocol, table
from shopee_tf.evaluation.curves import threshold_curves
from shopee_tf.evaluation.scoring import Result, open_parts, score_systems
from shopee_tf.evaluation.slices import SLICES
from shopee_tf.matching.thresholds import find_matches
from shopee_tf.metrics import mean_average_precision, row_f1
from shopee_tf.systems import Source, parse_union
from tfrecords.errors import DataError, ResourceError, UsageError


@pytest.fixture(scope="module")
def catalog(sample):
    return read_catalog(sample / "train.csv", require=("label_group",))


@pytest.fixture
def whole(catalog):
    return open_parts(Source(catalog), protocol.whole(catalog))


def flags(sample, *argv):
    return options.parse(evaluate.define_flags, [f"--csv={sample / 'train.csv'}", *argv])


def score(parts, *systems):
    return score_systems(parts, [parse_union(system) for system in systems])


def test_a_sum_fitted_on_the_rows_it_scores_is_no_worse_than_its_members(whole):
    both, *members = score(whole, "idf~tfidf_chars~phash", "idf", "tfidf_chars")
    assert both.f1 >= max(member.f1 for member in members)
    assert sum(both.weights[0]) == pytest.approx(1)


@pytest.mark.parametrize(
    "fusion, stamp", [("union", "whole"), ("boundary", "whole"), ("pairs", "whole, trained-on")]
)
def test_trees_that_saw_the_rows_they_score_are_stamped(whole, fusion, stamp):
    (found,) = score_systems(whole, [parse_union("idf+phash")], fusion=fusion)
    assert found.protocol == stamp


def test_trees_scored_on_other_rows_are_held_out(catalog):
    parts = open_parts(Source(catalog), protocol.held_out(catalog, []))
    (found,) = score_systems(parts, [parse_union("idf+phash")], fusion="pairs")
    assert found.protocol == "held-out 0/5"


def test_a_union_may_have_sums_as_members(whole):
    (found,) = score(whole, "phash+idf~tfidf_chars")
    assert found.system == "phash + idf~tfidf_chars"
    assert [len(weights) for weights in found.weights] == [1, 2]
    assert len(found.thresholds) == 2


def test_the_weights_come_from_the_rows_that_choose(catalog):
    parts = open_parts(Source(catalog), protocol.held_out(catalog, []))
    union = parse_union("idf~phash")
    (found,) = score_systems(parts, [union])
    assert tuple(found.weights[0]) == parts.choose.fit_weights(union.blends[0])


def test_the_ranking_of_a_system_hangs_on_no_threshold(whole):
    (union,) = [parse_union("idf")]
    neighbors = whole.score.neighbors(union.blends[0].systems[0])
    everything = find_matches(neighbors, -np.inf)
    (found,) = score(whole, "idf")
    assert found.mean_average_precision == mean_average_precision(
        everything, whole.score.source.catalog.labels
    )


def test_a_union_ranks_what_it_is_sure_of_first(whole):
    sure, both = score(whole, "idf", "phash+idf")
    assert both.mean_average_precision > 0.9 * sure.mean_average_precision


def test_the_interval_is_around_the_f1(whole):
    (found,) = score(whole, "idf")
    assert found.f1_interval.low < found.f1 < found.f1_interval.high


def test_the_candidates_may_be_the_whole_catalogue(catalog):
    split = protocol.held_out(catalog, [])
    parts = open_parts(Source(catalog), split, candidates="catalogue")
    (found,) = score(parts, "idf~phash")
    assert (found.num_queries, found.num_candidates) == (len(split.score), len(catalog))


@pytest.mark.parametrize("name", ["phash", "idf", "idf~phash"])
def test_a_curve_gives_the_f1_of_its_thresholds(whole, name):
    (curve,) = threshold_curves(whole, [parse_union(name)])
    (blend,) = parse_union(name).blends
    found = whole.score.blended(blend, whole.choose.fit_weights(blend))
    for step in range(0, len(curve.f1), 8):
        matches = find_matches(found, curve.thresholds[step])
        expected = row_f1(matches, whole.score.source.catalog.labels)
        assert curve.f1[step] == pytest.approx(expected, abs=1e-12)


def test_curves_are_of_systems_that_stand_alone(whole):
    unions = map(parse_union, ["phash", "phash+idf", "idf~phash"])
    assert [curve.system for curve in threshold_curves(whole, list(unions))] == [
        "phash", "idf~phash",
    ]  # fmt: skip


def result(system):
    return Result(
        system=system, decision="cosine >= 0.5", f1=0.5, precision=0.5, recall=0.5,
        f1_interval=(0.4, 0.6), mean_average_precision=0.7, pair_precision=0.5, pair_recall=0.5,
        pair_f1=0.5, bcubed_f1=0.5, num_queries=9, num_candidates=9, slices=[], protocol="whole",
        split="abc", weights=[], penalties=[], thresholds=[0.5],
    )  # fmt: skip


def test_the_table_calls_runs_by_their_last_names():
    text = table.as_text([result("runs/a/text~tfidf + phash"), result("runs/b/photo")])
    assert [line.split("  ")[0] for line in text.splitlines()[2:]] == [
        "text~tfidf + phash",
        "photo",
    ]


def test_the_table_tells_runs_of_one_name_apart():
    text = table.as_text([result("runs/a/text + runs/b/text")])
    assert "runs/a/text + runs/b/text" in text


def test_one_command_makes_both_tables_and_the_picture(sample, tmp_path, capsys):
    picture, figures = tmp_path / "f1.png", tmp_path / "f1.json"
    evaluate.main(
        [
            f"--csv={sample / 'train.csv'}", "--systems=phash,idf,idf~phash",
            "--protocol=held-out,whole", f"--plot={picture}", f"--output={figures}",
        ]
    )  # fmt: skip
    rows = json.loads(figures.read_text())["results"]
    assert [row["protocol"] for row in rows] == ["held-out 0/5"] * 3 + ["whole"] * 3
    assert capsys.readouterr().out.count("  precision  ") == 2
    with Image.open(picture) as drawn:
        assert len(np.unique(np.asarray(drawn.convert("L")))) > 20


@pytest.mark.parametrize("chosen", ["", "hole", "whole,hole", "whole,whole"])
def test_a_protocol_that_does_not_exist_or_stands_twice(chosen):
    with pytest.raises(UsageError, match="expected one or more of held-out, whole"):
        options.parse(evaluate.define_flags, ["--csv=x", f"--protocol={chosen}"])


def test_what_a_plot_lacks_is_said_before_anything_is_searched(sample, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr("shopee_tf.evaluation.scoring.open_parts", None)
    with pytest.raises(ResourceError, match="pip install"):
        evaluate.run(flags(sample, "--systems=phash", f"--plot={tmp_path / 'f1.png'}"))


def test_a_plot_that_fails_leaves_the_figures(sample, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("shopee_tf.evaluation.plot.check_plot", lambda path: None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    figures = tmp_path / "f1.json"
    values = flags(sample, "--systems=phash", f"--plot={tmp_path / 'p'}", f"--output={figures}")
    with pytest.raises(ResourceError):
        evaluate.run(values)
    assert json.loads(figures.read_text())["results"][0]["system"] == "phash"
    assert "phash" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["group_size", "language", "group_size,language"])
def test_scores_of_some_listings_are_printed_and_written(sample, tmp_path, capsys, by):
    figures = tmp_path / "f1.json"
    evaluate.run(flags(sample, "--systems=phash,idf", f"--by={by}", f"--output={figures}"))
    (first, *_) = json.loads(figures.read_text())["results"]
    assert list(dict.fromkeys(part["by"] for part in first["slices"])) == by.split(",")
    out = capsys.readouterr().out
    assert [f"\n{name.replace('_', ' ')}  " in out for name in evaluate.SLICES] == [
        name in by for name in evaluate.SLICES
    ]


def test_listings_can_be_scored_apart_by_what_the_flag_says():
    assert tuple(SLICES) == evaluate.SLICES
    with pytest.raises(UsageError, match="expected one or more of group_size, language"):
        options.parse(evaluate.define_flags, ["--csv=x", "--by=size"])


def test_a_catalogue_without_a_pair_is_warned_of(tmp_path, caplog):
    csv, submission = tmp_path / "single.csv", tmp_path / "submission.csv"
    csv.write_text("posting_id,title,label_group\na,tas,1\nb,bag,2\n")
    submission.write_text("posting_id,matches\na,a\nb,b\n")
    argv = [f"--csv={csv}", f"--submission={submission}"]
    evaluate.run(options.parse(evaluate.define_flags, argv))
    assert "every product among the listings scored has one listing" in caplog.text


@pytest.mark.faults
def test_too_few_products_for_folds_are_an_error_that_says_what_to_do(tmp_path):
    (tmp_path / "one.csv").write_text("posting_id,title,label_group\na,tas,1\nb,bag,1\n")
    argv = [f"--csv={tmp_path / 'one.csv'}", "--systems=tfidf"]
    with pytest.raises(DataError, match="smaller --num_folds, 3 or more, or --protocol=whole$"):
        evaluate.run(options.parse(evaluate.define_flags, argv))


def test_only_too_few_products_are_answered_with_the_other_protocol(tmp_path):
    about = {"finished": True, "kind": "title", "fold": 0, "num_folds": 5, "split_seed": 0}
    (tmp_path / "run.json").write_text(json.dumps(about | {"ids_sha256": ""}))
    (tmp_path / "trained_on.csv").write_text("posting_id\nc\n")
    (tmp_path / "split.csv").write_text("posting_id,fold\na,0\nb,1\nc,2\n")
    (tmp_path / "part.csv").write_text("posting_id,title,label_group\na,tas,1\nb,bag,2\n")
    argv = [f"--csv={tmp_path / 'part.csv'}", f"--systems={tmp_path}"]
    with pytest.raises(DataError, match=r"^2 folds: expected at least 3 \(.*chooses\)$"):
        evaluate.run(options.parse(evaluate.define_flags, argv))


def test_a_plot_of_unions_alone_is_refused(sample, tmp_path):
    with pytest.raises(UsageError, match="has only unions"):
        evaluate.run(flags(sample, "--systems=phash+idf", f"--plot={tmp_path / 'f1.png'}"))


def test_a_plot_that_is_no_png_is_refused(sample, tmp_path):
    with pytest.raises(UsageError, match="f1.jpg: expected a name that ends in .png"):
        evaluate.run(flags(sample, "--systems=phash", f"--plot={tmp_path / 'f1.jpg'}"))
