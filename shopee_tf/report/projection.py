"""Embeddings of a run, laid out in the plane."""

import os
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Figure
from shopee_tf.report.drawing import as_block, new_axes
from shopee_tf.retrieval.embeddings import Embeddings

_PRODUCTS = 10  # that have a colour each: so many tab10 has
_LEGEND = 32  # characters of a title


class Projection(NamedTuple):
    """Points in the plane."""

    points: np.ndarray  # [n, 2] float64
    share: float  # of the variance of the rows fitted on that the plane holds


def project(vectors: np.ndarray, fitted: np.ndarray) -> Projection:
    """Projects vectors at length 1 onto the first two principal components of some of them.

    Principal components: Pearson, 1901; Hotelling, 1933. Each points to where the first of
    `fitted` lies on its positive side, so that equal vectors give equal pictures.

    Args:
      vectors: [n, dim] float32, dim at least 2.
      fitted: [m] places, at least one, that the components are fitted on.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors.astype(np.float64) / np.maximum(lengths, np.finfo(np.float32).tiny)
    chosen = unit[fitted]
    mean = chosen.mean(axis=0)
    _, values, axes = np.linalg.svd(chosen - mean, full_matrices=False)
    axes = np.vstack([axes, np.zeros((2, axes.shape[1]))])[:2]  # of a single row there is but one
    points = (unit - mean) @ axes.T
    points *= np.where(points[fitted[0]] < 0, -1.0, 1.0)
    total = float(np.sum(values**2))
    return Projection(points, float(np.sum(values[:2] ** 2)) / total if total else 1.0)


def largest_products(labels: np.ndarray, *, most: int) -> list[int]:
    """The labels of the largest products, the largest first; of equals the smaller label.

    Example:
      >>> largest_products(np.array([4, 7, 7, 5, 5, 9]), most=2)
      [5, 7]
    """
    names, counts = np.unique(labels, return_counts=True)
    return names[np.argsort(-counts, kind="stable")[:most]].tolist()


def projection_figure(name: str, embeddings: Embeddings, catalog: Catalog) -> Figure:
    """Draws the embeddings of a run, those of the largest products each in a colour of its own.

    The components are fitted on these; of all listings they would tell rather what photos or titles
    are about than which product they show. Without labels they are fitted on all.

    Args:
      name: of the run.
      embeddings: of listings of the catalogue, dense.
      catalog: with or without labels.
    """
    rows, vectors = embeddings
    products = [] if catalog.labels is None else largest_products(
        catalog.labels[rows], most=_PRODUCTS
    )  # fmt: skip
    labels = np.zeros(len(rows)) if catalog.labels is None else catalog.labels[rows]
    places = [np.flatnonzero(labels == product) for product in products]
    fitted = np.concatenate(places) if places else np.arange(len(rows))
    points, share = project(vectors, fitted)
    figure, (axes,) = new_axes(height=5.2)
    axes.plot(*points.T, ".", color="#c9d0d6", markersize=1.5, alpha=0.5, zorder=1)
    for number, members in enumerate(places):
        label = f"{_in_ascii(catalog.titles[rows[members[0]]])} ({len(members)})"
        axes.plot(*points[members].T, ".", color=f"C{number}", markersize=6, label=label, zorder=2)
    axes.grid(False)
    axes.set_xlabel("first principal component")
    axes.set_ylabel("second")
    if places:
        figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    fitted_on = f"the {len(places)} largest products" if places else "all listings"
    return as_block(
        figure, f"embeddings_{name.replace(os.sep, '_')}", f"Embeddings of {name}",
        f"{len(rows):,} embeddings at length 1, on the two principal components of {fitted_on}, "
        f"which hold {100 * share:.0f} % of the variance of these. Other listings are grey.",
    )  # fmt: skip


def _in_ascii(title: str) -> str:
    """A title that any font can draw, and that is no formula and no hidden label to matplotlib."""
    plain = title.encode("ascii", "ignore").decode().lstrip("_ ")
    short = plain if len(plain) <= _LEGEND else plain[: _LEGEND - 3] + "..."
    return short.replace("$", r"\$")
