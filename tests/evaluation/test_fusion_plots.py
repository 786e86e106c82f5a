"""Pictures of decisions by probability."""

import numpy as np
import pytest
from PIL import Image

from shopee_tf import evaluate
from shopee_tf.evaluation.fusion_plots import draw_fusion
from shopee_tf.evaluation.plane import draw_plane
from shopee_tf.systems import fit_decision, parse_union
from tests.test_pair_decision import NEW, OLD


@pytest.mark.parametrize(
    ("fusion", "sets"),
    [("boundary", "threshold"), ("boundary", "components"), ("pairs", "threshold")],
)
def test_two_systems_have_a_plane(tmp_path, fusion, sets):
    decision = fit_decision(parse_union("tfidf+phash"), OLD, fusion=fusion, sets=sets).decision
    drawn = draw_fusion(decision, NEW, tmp_path / "f1.png")
    assert drawn.reliability == str(tmp_path / "f1_reliability.png")
    assert drawn.plane == str(tmp_path / "f1_plane.png")
    for path in drawn[:2]:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
    assert 0 < drawn.calibration_error < 0.1


def test_one_system_has_none(tmp_path):
    decision = fit_decision(parse_union("tfidf"), OLD, fusion="boundary").decision
    assert draw_fusion(decision, NEW, tmp_path / "f1.png").plane is None
    assert not (tmp_path / "f1_plane.png").exists()


def test_the_line_stands_where_the_probability_crosses_it(tmp_path):
    similar = np.random.default_rng(0).random((2, 500), np.float32)
    hits = similar[0] > 0.5
    paths = []
    for line in (0.25, 0.75):
        paths.append(tmp_path / f"{line}.png")
        draw_plane(
            similar, hits, paths[-1], names=["a", "b"], probability=lambda xy: xy[0], line=line
        )
    black = [np.all(np.asarray(Image.open(path).convert("RGB")) < 40, axis=2) for path in paths]
    columns = [np.argsort(mask[100:500, 90:520].sum(axis=0))[-1] for mask in black]
    assert columns[1] - columns[0] == pytest.approx(0.5 * 563 * 0.96, abs=25)


def test_evaluate_draws_them_and_tells_the_calibration_error(tmp_path, capsys):
    csv = tmp_path / "train.csv"
    OLD.source.catalog.frame.to_csv(csv, index=False)
    plot = tmp_path / "f1.png"
    flags = ["--systems=tfidf+phash", "--fusion=sum", "--sets=groups", f"--plot={plot}"]
    evaluate.main([f"--csv={csv}", *flags])
    said = capsys.readouterr().out
    assert "expected calibration error 0.0" in said
    assert f"; written: {tmp_path}/f1_reliability.png, {tmp_path}/f1_plane.png\n" in said
    assert "groups (" in said
