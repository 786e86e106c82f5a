"""Reliability diagrams: what probabilities say against what came true."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from shopee_tf.evaluation.plot import figure_class, save_figure
from shopee_tf.matching.calibration import Reliability


def draw_reliability(
    found: Mapping[str, Reliability], path: str | os.PathLike, *, title: str
) -> None:
    """Draws a reliability diagram into the PNG file `path`; see `reliability_figure`."""
    save_figure(reliability_figure(found, title=title), path)


def reliability_figure(found: Mapping[str, Reliability], *, title: str) -> Any:
    """Draws the share of matches against the mean probability of each bin.

    Calibrated probabilities lie on the diagonal. The bars are two standard errors of a share, as if
    pairs were independent, which those of one product are not; the legend has the expected
    calibration error.

    Args:
      found: at least one, by name.
      title: what the pairs are.

    Returns:
      A figure of matplotlib.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure = figure_class()(figsize=(5.4, 5.4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], "--", color="grey", linewidth=1.0)
    for name, bins in found.items():
        spread = 2.0 * np.sqrt(bins.observed * (1.0 - bins.observed) / bins.counts)
        # A bin without a match, or of matches alone, is no sure thing either.
        spread = np.maximum(spread, 1.0 / bins.counts)
        reach = np.minimum([spread, spread], [bins.observed, 1.0 - bins.observed])
        label = f"{name}, ECE {bins.error:.3f}"
        axes.errorbar(
            bins.predicted, bins.observed, reach, fmt="o-",
            label=label, markersize=4, linewidth=1.2, capsize=2,
        )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted probability", ylabel="share of matches")
    axes.set_aspect("equal")
    axes.set_title(title, loc="left", fontsize=10)
    axes.legend(loc="upper left", fontsize=9)
    axes.grid(alpha=0.3)
    return figure
