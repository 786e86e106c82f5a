"""The section on systems: what stands in it."""

import numpy as np
import pytest

from shopee_tf import evaluate
from shopee_tf.data.catalog import read_catalog
from shopee_tf.evaluation.results_file import read_results
from shopee_tf.matcher import fit_matcher
from shopee_tf.report import decision_plane
from shopee_tf.report.blocks import Figure, Table
from shopee_tf.report.decision_figures import decision_blocks
from shopee_tf.report.decision_plane import photo_and_title
from shopee_tf.report.predictions import of_matcher
from shopee_tf.report.result_tables import result_tables
from shopee_tf.report.systems_section import result_blocks, systems_section
from shopee_tf.systems import Source, System
from tests.report.matched import CATALOG


@pytest.fixture(scope="module")
def results(sample, tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "results.json"
    flags = ["--systems=phash,idf", "--size_curve", "--by=group_size", "--protocol=held-out,whole"]
    evaluate.main([f"--csv={sample / 'train.csv'}", *flags, f"--output={path}"])
    return read_results(path)


def figures(blocks):
    return [block.name for block in blocks if isinstance(block, Figure)]


def fitted(sample, **how):
    source = Source(read_catalog(sample / "train.csv"))
    rows = np.arange(len(source.catalog), dtype=np.int32)
    return of_matcher(fit_matcher(["phash+idf"], source, rows=rows, **how), None, source)


def test_every_result_stands_with_its_protocol_and_size(results):
    table = result_blocks(results)[0]
    columns = [table.header.index(name) for name in ("system", "N", "protocol")]
    said = [tuple(row[column] for column in columns) for row in table.rows]
    sizes = [f"{result.num_candidates:,}" for result in results.results]
    systems = ["phash", "idf", "phash + idf"] * 2
    assert said == list(zip(systems, sizes, ["held-out 0/5"] * 3 + ["whole"] * 3, strict=True))


def test_a_split_that_all_share_is_told_below_the_table(results):
    found = results.results
    split = found[0].split
    (table, _) = result_tables("Results", found[:2])
    assert "split" not in table.header and split not in table.rows[0]
    assert table.caption.endswith(f"All have the split {split}.")
    (table, _) = result_tables("Results", [found[0], found[1]._replace(split="other")])
    place = table.header.index("split")
    assert [row[place] for row in table.rows] == [split, "other"]
    assert "All have" not in table.caption


def test_scores_of_sizes_stand_apart_for_each_protocol(results):
    titles = [block.title for block in result_blocks(results) if isinstance(block, Table)]
    assert "F1 by group size, held-out 0/5" in titles
    assert "F1 by group size, whole" in titles


def test_curves_against_threshold_and_size_are_drawn(results):
    assert figures(result_blocks(results)) == ["f1", "sizes"]


def test_a_union_has_curves_and_a_plane(sample):
    assert figures(decision_blocks(fitted(sample))) == ["matcher_f1", "plane"]


def test_a_model_of_pairs_has_a_reliability_diagram_too(sample):
    blocks = decision_blocks(fitted(sample, fusion="boundary", sets="groups"))
    assert figures(blocks) == ["matcher_f1", "reliability", "plane"]
    assert "takes groups instead, and the dotted line is their F1" in blocks[0].caption


def test_the_axes_of_a_plane_name_photos_and_titles(sample, planes):
    decision_blocks(fitted(sample))
    assert planes[0]["names"] == ["photos by phash", "titles by idf"]


def test_without_anything_it_says_what_to_give():
    (text,) = systems_section(None, None, [], CATALOG).blocks
    assert "--results" in text.text and "--matcher" in text.text


def test_a_plane_needs_photos_and_titles_by_cosine():
    def systems(*names):
        return [System((name,)) for name in names]

    assert photo_and_title(systems("idf", "tfidf")) is None
    assert photo_and_title(systems("phash")) is None
    assert photo_and_title(systems("idf", "phash")) == tuple(systems("phash", "idf"))


@pytest.fixture
def planes(monkeypatch):
    """What planes would have been drawn with."""
    drawn, draw = [], decision_plane.plane_figure

    def noted(*pairs, **how):
        drawn.append(how)
        return draw(*pairs, **how)

    monkeypatch.setattr(decision_plane, "plane_figure", noted)
    return drawn


def test_the_line_of_a_union_is_where_either_system_accepts(sample, planes):
    predictions = fitted(sample)
    decision_blocks(predictions)
    hashes, titles = predictions.decision.thresholds
    lines = np.array([1 + hashes / 32, titles], np.float32)
    points = lines[:, None] + np.array([[-0.01, 0.01, -0.01], [-0.01, -0.01, 0.01]], np.float32)
    assert planes[0]["probability"](points).tolist() == [0, 1, 1]


def test_the_line_of_a_fitted_boundary_is_its_probability(sample, planes):
    predictions = fitted(sample, fusion="boundary", sets="threshold")
    decision_blocks(predictions)
    far, near = planes[0]["probability"](np.array([[0.0, 1.0], [0.0, 1.0]], np.float32))
    assert far < planes[0]["line"] == predictions.decision.threshold < near


def test_a_model_of_pairs_has_no_line(sample, planes):
    decision_blocks(fitted(sample, fusion="pairs", sets="groups"))
    assert "probability" not in planes[0]
