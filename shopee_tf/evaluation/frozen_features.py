"""Backbones as they come, scored on products held out from the choice of the threshold."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.folds import assign_folds
from shopee_tf.evaluation.columns import in_columns
from shopee_tf.matching.thresholds import find_matches, fit_threshold
from shopee_tf.metrics import row_f1
from shopee_tf.models.image_encoder import ImageEncoder, ImageEncoderConfig, build_image_encoder
from shopee_tf.retrieval.embeddings import Embeddings, take_rows
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems.views import EmbeddingView, EuclideanView
from shopee_tf.version import VERSION
from tfrecords import files
from tfrecords.errors import DataError

_VIEWS = {"cosine": EmbeddingView, "euclidean": EuclideanView}
_NEIGHBORS = 50


class FrozenScore(NamedTuple):
    """What the features of one backbone are worth by one measure."""

    backbone: str
    measure: str  # "cosine" or "euclidean"
    f1: float  # mean over the folds
    fold_f1: list[float]  # of each fold, at the threshold of the next
    thresholds: list[float]  # best for each fold: a cosine, or minus a distance
    dim: int  # numbers a photo
    num_weights: int


def compare_backbones(
    encoders: Sequence[ImageEncoderConfig],
    catalog: Catalog,
    embed: Callable[[ImageEncoder], Embeddings],
    *,
    num_folds: int = 5,
) -> list[FrozenScore]:
    """Scores frozen features by cosine and by Euclidean distance.

    Each fold is searched alone, at the threshold that is best on the next one. Nothing is trained,
    so every fold can be scored; where backbones are chosen by these figures, those of the best are
    a little too good.

    Args:
      encoders: one a backbone.
      catalog: labelled listings.
      embed: gives the embeddings of that catalogue by an encoder.
      num_folds: at least 3.

    Raises:
      DataError: fewer products than folds, or no photo of a fold could be read.
    """
    folds = assign_folds(catalog, num_folds=num_folds)
    rows = [np.flatnonzero(folds == fold).astype(np.int32) for fold in range(num_folds)]
    scores = []
    for config in encoders:
        encoder = build_image_encoder(config)
        embeddings = embed(encoder)
        size = {"dim": embeddings.vectors.shape[1], "num_weights": encoder.model.count_params()}
        scores += [
            FrozenScore(config.backbone, measure, **_scores(found, catalog.labels), **size)
            for measure in _VIEWS
            for found in [[_neighbors(embeddings, part, measure) for part in rows]]
        ]
    return scores


def _neighbors(embeddings: Embeddings, rows: np.ndarray, measure: str) -> Neighbors:
    known = np.intersect1d(rows, embeddings.rows)
    if not len(known):
        raise DataError("no photo of a whole fold could be read")
    return _VIEWS[measure](take_rows(embeddings, known)).neighbors(rows, k=_NEIGHBORS)


def _scores(folds: Sequence[Neighbors], labels: np.ndarray) -> dict:
    thresholds = [fit_threshold(found, labels).threshold for found in folds]
    chosen = thresholds[1:] + thresholds[:1]  # fold f by the threshold of fold f + 1
    f1 = [
        row_f1(find_matches(found, threshold), labels)
        for found, threshold in zip(folds, chosen, strict=True)
    ]
    return {"f1": float(np.mean(f1)), "fold_f1": f1, "thresholds": thresholds}


def as_text(scores: Sequence[FrozenScore]) -> str:
    """Lays scores out in columns, a line each, best first."""
    header = ("backbone", "measure", "F1", "of folds", "threshold", "numbers", "weights")
    ranked = sorted(scores, key=lambda score: -score.f1)
    return in_columns([header, *map(_cells, ranked)])


def _cells(score: FrozenScore) -> tuple[str, ...]:
    sign, line = (1, "cosine >=") if score.measure == "cosine" else (-1, "distance <=")
    return (
        score.backbone,
        score.measure,
        f"{score.f1:.4f}",
        f"{min(score.fold_f1):.3f} to {max(score.fold_f1):.3f}",
        f"{line} {sign * np.mean(score.thresholds):.3g}",
        f"{score.dim:,}",
        f"{score.num_weights / 1e6:.1f} M",
    )


def write_scores(scores: Sequence[FrozenScore], path: str | os.PathLike, *, about: dict) -> None:
    """Writes scores as JSON, atomically, with what they are of."""
    results = [score._asdict() for score in scores]
    for row in results:
        row["thresholds"] = [None if np.isinf(value) else value for value in row["thresholds"]]
    files.write_json(path, {"shopee_tf": VERSION, **about, "results": results})
