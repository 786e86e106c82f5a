"""How good an encoder is: retrieval F1 on products that it was not trained on."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.encoding import Encoder, embed_records
from shopee_tf.evaluation.mistakes import Mistake
from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors


class Judgement(NamedTuple):
    """How good the network of an epoch is.

    Attributes:
      score: the higher the better.
      threshold: on the similarity, where the score hangs on one; else 0.
      line: what metrics.jsonl says of it.
      mistakes: the worst of them, to be looked at.
      embeddings: of the rows that choose the epoch, to be looked at.
    """

    score: float
    threshold: float
    line: dict[str, float]
    mistakes: Sequence[Mistake] = ()
    embeddings: Embeddings | None = None


class RetrievalScore(NamedTuple):
    """How well rows find each other.

    Attributes:
      f1: the best mean F1 over all thresholds.
      threshold: on the cosine similarity, where it is reached.
      neighbors: [m, k] what each row found.
      embeddings: of the rows.
    """

    f1: float
    threshold: float
    neighbors: Neighbors
    embeddings: Embeddings


def judge_encoder(
    encoder: Encoder,
    folder: str | os.PathLike,
    *,
    rows: np.ndarray,
    labels: np.ndarray,
    batch_size: int = 64,
    k: int = 50,
    predict: Callable | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalScore:
    """Searches `rows` among themselves, and finds the threshold of the best mean F1.

    Args:
      encoder: of photos, of titles, or joint.
      folder: TFRecord folder.
      rows: [m] rows of the catalogue, all in the folder.
      labels: [n] int32 products of the whole catalogue.
      batch_size: listings a batch.
      k: neighbours a row, itself among them.
      predict: from `make_predict` on this encoder and batch size, to judge again and again.
      progress: called with (done, total).
    """
    embeddings = embed_records(
        encoder,
        folder,
        rows=rows,
        batch_size=batch_size,
        verify=False,
        predict=predict,
        progress=progress,
    )
    neighbors = cosine_neighbors(embeddings, k=min(k, len(embeddings.rows)))
    fitted = fit_threshold(neighbors, labels)
    return RetrievalScore(fitted.f1, fitted.threshold, neighbors, embeddings)
