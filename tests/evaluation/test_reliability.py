"""The reliability diagram shows what the bins say."""

import sys

import numpy as np
import pytest

from shopee_tf.evaluation import reliability as diagrams
from shopee_tf.matching.calibration import Reliability
from tfrecords.errors import ResourceError

BINS = Reliability(np.array([0.1, 0.6, 0.9]), np.array([0.0, 0.5, 1.0]), np.array([2, 4, 4]))


@pytest.fixture
def axes(monkeypatch, tmp_path):
    """Draws two diagrams and gives the axes before they are rendered."""
    drawn = []
    monkeypatch.setattr(diagrams, "save_figure", lambda figure, path: drawn.append(figure))
    diagrams.draw_reliability({"raw": BINS, "fitted": BINS}, tmp_path / "r.png", title="pairs")
    return drawn[0].axes[0]


def test_each_line_goes_through_its_bins(axes):
    for container in axes.containers:
        line = container.lines[0]
        np.testing.assert_array_equal(line.get_xdata(), BINS.predicted)
        np.testing.assert_array_equal(line.get_ydata(), BINS.observed)


def test_the_legend_has_the_error(axes):
    """(2 x 0.1 + 4 x 0.1 + 4 x 0.1) / 10."""
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["raw, ECE 0.100", "fitted, ECE 0.100"]


def test_bars_stay_between_0_and_1(axes):
    for container in axes.containers:
        ends = np.concatenate(container.lines[2][0].get_segments())[:, 1]
        assert ends.min() >= 0.0 and ends.max() <= 1.0


def test_a_png_is_written(tmp_path):
    diagrams.draw_reliability({"fitted": BINS}, tmp_path / "r.png", title="pairs")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ResourceError, match="plots"):
        diagrams.draw_reliability({"fitted": BINS}, tmp_path / "r.png", title="pairs")
