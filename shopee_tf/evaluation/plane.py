"""The plane of two systems: where matches and strangers lie in it, and the line between them."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from shopee_tf.evaluation.plot import figure_class, save_figure

_CELLS = 60  # along each axis


def draw_plane(
    similarities: np.ndarray, hits: np.ndarray, path: str | os.PathLike, **how: Any
) -> None:
    """Draws pairs in the plane of two similarities into the PNG file `path`; see `plane_figure`."""
    save_figure(plane_figure(similarities, hits, **how), path)


def plane_figure(
    similarities: np.ndarray,
    hits: np.ndarray,
    *,
    names: Sequence[str],
    probability: Callable[[np.ndarray], np.ndarray] | None = None,
    line: float = 0.5,
    told: str | None = None,
) -> Any:
    """Draws pairs in the plane of two similarities.

    The colour of a cell is the share of matches among its pairs, and it is the fainter the fewer
    there are. A line stands where the probability crosses that of the decision.

    Args:
      similarities: [2, p] float32.
      hits: [p] bool.
      names: of the two systems.
      probability: of pairs by similarities [2, q], where it hangs on nothing else.
      line: the probability that a match must reach.
      told: what is said of the line; its probability where not given.

    Returns:
      A figure of matplotlib.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure = figure_class()(figsize=(6.4, 5.4), layout="constrained")
    axes = figure.subplots()
    one, other = np.clip(similarities, 0.0, 1.0)
    edges = [_edges(one), _edges(other)]
    counts = np.histogram2d(one, other, edges)[0]
    matches = np.histogram2d(one[hits], other[hits], edges)[0]
    share = np.where(counts > 0, matches / np.maximum(counts, 1), np.nan)
    strength = np.clip(np.log1p(counts) / np.log1p(20), 0.15, 1.0)
    picture = axes.imshow(
        share.T, origin="lower", extent=(*edges[0][[0, -1]], *edges[1][[0, -1]]),
        cmap="coolwarm", vmin=0, vmax=1,
        alpha=strength.T, aspect="equal",
    )  # fmt: skip
    figure.colorbar(picture, label="share of matches", shrink=0.8)
    if probability is not None:
        grid = np.linspace(0.005, 1.0, 200, dtype=np.float32)
        points = np.stack([plane.ravel() for plane in np.meshgrid(grid, grid)])
        height = probability(points).reshape(len(grid), len(grid))
        axes.contour(grid, grid, height, levels=[line], colors="black", linewidths=1.5)
    axes.set(xlabel=f"similarity, {names[0]}", ylabel=f"similarity, {names[1]}")
    if told is None:
        unknown = probability is None
        told = "no line: the decision sees more than these two" if unknown else (
            f"line: probability {line:.2f}"
        )  # fmt: skip
    axes.set_title(f"{len(hits):,} pairs; {told}", loc="left", fontsize=10)
    return figure


def _edges(values: np.ndarray) -> np.ndarray:
    """The edges of the cells along one axis; of hashes a cell around each of the few values."""
    for steps in (16, 32):  # perceptual hashes differ in an even number of 64 bits, others in any
        if len(values) and np.all(values * steps == np.round(values * steps)):
            return (np.arange(steps + 2) - 0.5) / steps
    return np.linspace(0.0, 1.0, _CELLS + 1)
