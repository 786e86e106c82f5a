"""The file of results: read as it was written, and nothing else is taken for one."""

import json

import numpy as np
import pytest

from shopee_tf import evaluate
from shopee_tf.evaluation.bootstrap import Interval
from shopee_tf.evaluation.curves import Curve
from shopee_tf.evaluation.results_file import read_results, write_results
from shopee_tf.evaluation.scoring import Result
from shopee_tf.evaluation.size_curve import Forecast, SizeCurve, SizePoint
from shopee_tf.evaluation.slices import Slice
from tfrecords.errors import DataError, IntegrityError, UsageError

RESULT = Result(
    "phash + idf", "phash distance <= 9 or idf never", 0.7, 0.8, 0.6, Interval(0.65, 0.75), None,
    0.5, 0.4, 0.45, 0.7, 12, 20, [Slice("group_size", "2", 4, 0.5, 0.6, 0.4)], "whole", "ab12",
    [[1.0], [1.0]], [np.inf, 0.0], [-9.0, np.inf],
)  # fmt: skip


def test_results_are_read_as_they_were_written(tmp_path):
    write_results([RESULT], tmp_path / "results.json")
    assert read_results(tmp_path / "results.json") == ([RESULT], [], [])


def test_curves_are_read_as_they_were_written(tmp_path):
    thresholds = np.array([1.0, 0.5, 0.0])
    curve = Curve("idf", "whole, N = 20", "similarity", thresholds, thresholds / 2, np.inf, 0.25)
    write_results([RESULT], tmp_path / "results.json", curves=[curve])
    (found,) = read_results(tmp_path / "results.json").curves
    for ours, theirs in zip(curve, found, strict=True):
        np.testing.assert_equal(theirs, ours)


def test_size_curves_are_read_as_they_were_written(tmp_path):
    point = SizePoint(np.array([10, 11]), np.array([0.5, np.inf]), np.array([0.7, 0.6]))
    curve = SizeCurve("idf", "similarity", [point], 40, Forecast(None, None, 0.5, 0.1))
    write_results([RESULT], tmp_path / "results.json", size_curves=[curve])
    (found,) = read_results(tmp_path / "results.json").size_curves
    assert found._replace(points=[]) == curve._replace(points=[])
    np.testing.assert_equal(list(found.points[0]), list(point))


def test_evaluate_writes_curves_beside_its_figures(sample, tmp_path, capsys):
    path = tmp_path / "results.json"
    evaluate.main([f"--csv={sample / 'train.csv'}", "--systems=phash,idf", f"--output={path}"])
    found = read_results(path)
    assert [curve.system for curve in found.curves] == ["phash", "idf"]
    assert found.curves[0].chosen_f1 == pytest.approx(found.results[0].f1, abs=1e-6)


def test_a_fusion_has_no_curves_of_thresholds(sample, tmp_path, capsys):
    path = tmp_path / "results.json"
    flags = ["--systems=phash+idf", "--fusion=sum", f"--output={path}"]
    evaluate.main([f"--csv={sample / 'train.csv'}", *flags])
    assert read_results(path).curves == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"figures": []}, "not the results that"),
        ([], "not the results that"),
        ({"results": [{"system": "phash"}]}, "not the results that"),
        ({"results": [], "curves": []}, "holds no results"),
        ({"results": [], "curves": [{"thresholds": [1], "f1": []}]}, "do not go together"),
    ],
)
def test_json_of_something_else_is_refused(tmp_path, content, message):
    (tmp_path / "results.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=message):
        read_results(tmp_path / "results.json")


def test_a_file_that_is_not_there_or_no_json(tmp_path):
    with pytest.raises(UsageError, match="no such file; python -m shopee_tf.evaluate"):
        read_results(tmp_path / "results.json")
    (tmp_path / "results.json").write_text("F1 0.7")
    with pytest.raises(IntegrityError, match="not readable as JSON"):
        read_results(tmp_path / "results.json")
