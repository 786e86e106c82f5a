"""A system's name, or the folder of a run, becomes `Neighbors`; what comes after never asks which.

Names: `phash` (perceptual hash of the photo), `tfidf` and `idf` (words of the title), or the
folder of a trained run.
"""

import logging
import os
from collections.abc import Callable, Sequence

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.phash import with_phashes
from shopee_tf.encoding import embed_catalog
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.models.saving import load_encoder
from shopee_tf.retrieval.embeddings import (
    Embeddings,
    load_embeddings,
    stored_source,
    take_rows,
)
from shopee_tf.retrieval.hamming import hamming_neighbors
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from shopee_tf.retrieval.tfidf import tfidf_embeddings
from shopee_tf.runs import Run, read_run
from tfrecords import files
from tfrecords.errors import DataError, UsageError

UNTRAINED = ("phash", "tfidf", "idf")


def read_runs(names: Sequence[str]) -> list[Run]:
    """Reads the runs among the names of systems, each once.

    Raises:
      UsageError: a name that is neither a system's nor a folder's.
      IntegrityError: a folder without a run in it.
    """
    folders = [name for name in dict.fromkeys(names) if name not in UNTRAINED]
    for folder in folders:
        if not os.path.isdir(folder):
            raise UsageError(
                f"{folder}: no such folder and no system; give {', '.join(UNTRAINED)} or the "
                "folder of a run"
            )
    return [read_run(folder) for folder in folders]


class Source:
    """A catalogue with its photos, and what the systems made of it so far.

    Embeddings are computed once however often neighbours are asked for.

    Raises:
      DataError: there is no such folder of photos.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        images: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ):
        if images is not None and not os.path.isdir(images):
            raise DataError(f"{images}: no such folder of photos")
        self.catalog = catalog
        self.images = images
        self.progress = progress
        self._embeddings: dict[str, Embeddings] = {}
        self._hashed: Catalog | None = None

    def neighbors(
        self, system: str, *, candidates: np.ndarray, queries: np.ndarray, k: int = 50
    ) -> Neighbors:
        """Finds the `k` candidates most similar to each query, in the eyes of one system.

        Args:
          system: "phash", "tfidf", "idf" or the folder of a run.
          candidates: [c] int32 rows to search, ascending; all queries are among them.
          queries: [m] int32 rows, ascending.
          k: columns of the result, the row itself in column 0.

        Raises:
          DataError: the catalogue lacks the column or the photos that the system needs.
        """
        k = min(k, len(candidates))
        if system == "phash":
            hashes = self._hashes()[candidates]
            return hamming_neighbors(hashes, rows=candidates, queries=queries, k=k)
        if system in ("tfidf", "idf"):
            titles = self.catalog.titles[candidates]
            found = tfidf_embeddings(titles, rows=candidates, binary=system == "idf")
            return cosine_neighbors(found, queries=queries, k=k)
        return self._by_embedding(system, candidates, queries, k)

    def _hashes(self):
        if self._hashed is None:
            self._hashed = self.catalog
            if self.images is not None and self.catalog.images is not None:
                self._hashed = with_phashes(self.catalog, self.images, progress=self.progress)
        if self._hashed.image_phashes is None:
            raise DataError(
                "phash: the csv has no column image_phash; give it, or a column image and "
                "--images=FOLDER, or leave phash out of the systems"
            )
        return self._hashed.image_phashes

    def _by_embedding(self, folder, candidates, queries, k):
        if folder not in self._embeddings:
            self._embeddings[folder] = self._embed(folder)
        embeddings = self._embeddings[folder]
        known = np.isin(queries, embeddings.rows)
        searched = take_rows(embeddings, np.intersect1d(candidates, embeddings.rows))
        if not known.any():
            raise DataError(f"{folder}: none of the listings has an embedding")
        k = min(k, len(searched.rows))
        found = cosine_neighbors(searched, queries=queries[known], k=k, progress=self.progress)
        return _with_lonely_rows(found, queries)

    def _embed(self, folder):
        stored = os.path.join(folder, "embeddings")
        if os.path.isdir(stored):
            if stored_source(stored) == embedding_source(folder, self.catalog):
                return load_embeddings(stored, ids_sha256=self.catalog.ids_sha256)
            logging.warning("%s is of other listings or another encoder: not used", stored)
        encoder = load_encoder(os.path.join(folder, "encoder"))
        if isinstance(encoder, ImageEncoder) and self.images is None:
            raise DataError(
                f"{folder} sees photos, and {stored} holds no embeddings of these listings: give "
                f"--images=FOLDER, or run python -m shopee_tf.embed --run={folder} --data=FOLDER"
            )
        return embed_catalog(encoder, self.catalog, images=self.images, progress=self.progress)


def embedding_source(folder: str | os.PathLike, catalog: Catalog) -> dict[str, str]:
    """What embeddings are of: stored beside them, so that stale ones are not used."""
    return {
        "encoder_sha256": files.sha256(os.path.join(folder, "encoder", "manifest.json")),
        "listings_sha256": catalog.listings_sha256,
    }


def _with_lonely_rows(found: Neighbors, queries: np.ndarray) -> Neighbors:
    """Adds the queries that have no embedding (an unreadable photo): each finds only itself."""
    m, k = len(queries), found.neighbors.shape[1]
    neighbors = np.full((m, k), -1, np.int32)
    similarities = np.full((m, k), -np.inf, np.float32)
    neighbors[:, 0] = queries
    similarities[:, 0] = 1.0
    place = np.searchsorted(queries, found.rows)
    neighbors[place] = found.neighbors
    similarities[place] = found.similarities
    return Neighbors(np.asarray(queries, np.int32), neighbors, similarities)
