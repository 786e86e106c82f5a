"""What the pictures of curves show."""

import numpy as np
import pytest

from shopee_tf.evaluation import learning_curves, plot
from shopee_tf.evaluation.curves import Curve
from shopee_tf.evaluation.learning_curves import LearningCurves


@pytest.fixture
def drawn(monkeypatch):
    """The figures that would have been written."""
    figures = []
    for module in (learning_curves, plot):
        monkeypatch.setattr(
            module, "save_figure", lambda figure, path, **how: figures.append(figure)
        )
    return figures


def test_what_was_chosen_is_marked_in_the_colour_of_no_system(drawn):
    line = np.linspace(1, 0, 5)
    curves = [Curve(name, "whole", "similarity", line, line, 0.5, 0.5) for name in ("idf", "tfidf")]
    plot.draw_curves(curves, "curves.png")
    handles = drawn[0].legends[0].legend_handles
    assert [handle.get_label() for handle in handles] == ["idf", "tfidf", "chosen"]
    assert handles[-1].get_markerfacecolor() == "white"


def test_sets_that_beat_every_threshold_have_their_line_in_the_picture(drawn):
    line = np.linspace(1, 0, 5)
    curve = Curve("idf", "whole", "probability", line, line / 2, np.nan, 0.8)
    plot.draw_curves([curve], "curves.png")
    (axes,) = drawn[0].axes
    assert axes.get_ylim()[1] > 0.8


def test_a_point_on_the_frame_is_drawn_whole(drawn):
    one = np.ones(1)
    learning_curves.draw_learning_curves(
        [LearningCurves("run", one, one, one, one, one, None)], "curves.png"
    )
    assert not any(line.get_clip_on() for axes in drawn[0].axes for line in axes.get_lines())
