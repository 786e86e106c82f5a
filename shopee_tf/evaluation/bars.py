"""Scores of backbones as a bar chart."""

import os
from collections.abc import Sequence

from shopee_tf.evaluation.frozen_features import FrozenScore
from shopee_tf.evaluation.plot import figure_class, save_figure

_SHARE = 0.8  # of the room of a backbone is bars


def draw_bars(scores: Sequence[FrozenScore], path: str | os.PathLike, *, title: str) -> None:
    """Draws F1 into a PNG: a group of bars for each backbone, one a measure.

    Args:
      scores: at least one; backbones stand in this order.
      path: the file to write.
      title: what the scores are of.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure_type = figure_class()
    backbones = list(dict.fromkeys(score.backbone for score in scores))
    measures = list(dict.fromkeys(score.measure for score in scores))
    figure = figure_type(figsize=(3.0 + 1.3 * len(backbones), 4.2), layout="constrained")
    axes = figure.subplots()
    width = _SHARE / len(measures)
    for place, measure in enumerate(measures):
        f1 = {score.backbone: score.f1 for score in scores if score.measure == measure}
        left = [at + (place - (len(measures) - 1) / 2) * width for at in range(len(backbones))]
        bars = axes.bar(left, [f1[name] for name in backbones], width, label=measure)
        axes.bar_label(bars, fmt="%.3f", fontsize=8)
    axes.set_xticks(range(len(backbones)), [name.rpartition("/")[2] for name in backbones])
    axes.tick_params("x", rotation=20)
    axes.set_ylabel("mean F1")
    axes.set_ylim(0.0, min(1.0, 1.15 * max(score.f1 for score in scores)))
    axes.set_title(title, loc="left", fontsize=10)
    figure.legend(loc="outside right upper", fontsize=9)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    save_figure(figure, path)
