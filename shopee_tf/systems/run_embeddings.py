"""The embeddings of a trained run, of the listings that are asked for."""

import copy
import functools
import logging
import os
from collections.abc import Callable

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.retrieval.embeddings import (
    Embeddings,
    load_embeddings,
    stored_source,
    take_rows,
)
from tfrecords import files
from tfrecords.errors import DataError

_BATCH, _FEW = 64, 4  # a batch is always filled: few listings would cost as much as 64


class RunEmbeddings:
    """What a run makes of a catalogue: stored embeddings, or new ones, each made once.

    A listing without a title has none of an encoder of titles, for all of these would be alike; one
    without a photo has none of an encoder that sees photos.

    Args:
      folder: of the run.
      catalog: the listings.
      images: folder of their photos.
      progress: called with the listings encoded and to be encoded.
    """

    def __init__(
        self,
        folder: str,
        catalog: Catalog,
        *,
        images: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ):
        self.folder = folder
        self.catalog = catalog
        self.images = images
        self.progress = progress
        self._compiled: dict = {}  # the encoder and its functions, for all that is joined to this
        self._embeddings = self._stored()
        all_rows = np.arange(len(catalog), dtype=np.int32)
        self._tried = all_rows[:0] if self._embeddings is None else all_rows

    def check(self) -> None:
        """Sees to it that all listings can be encoded, without loading the encoder.

        Raises:
          DataError: the encoder sees photos, and there are neither stored embeddings nor photos.
        """
        if self._embeddings is not None:
            return
        if not self._sees_photos:
            return
        if self.images is None:
            raise DataError(f"{self.folder} sees photos: {_instead_of_photos(self.folder)}")
        if self.catalog.images is None:
            raise DataError(f"{self.folder} sees photos: it needs a column image in the csv")

    def joined(self, catalog: Catalog, *, images: str | None) -> "RunEmbeddings":
        """The embeddings of a catalogue that begins with this one's listings.

        What is known of these stays known; the encoder, compiled once, serves both.

        Args:
          catalog: the listings of this one, then others.
          images: folder of all of their photos.
        """
        found = copy.copy(self)
        found.catalog, found.images = catalog, images
        return found

    def of_rows(self, rows: np.ndarray) -> Embeddings:
        """The embeddings of `rows` ([m] int32), of those that can have one.

        Raises:
          DataError: none of them has, or the run sees photos and there is no folder of photos.
        """
        seen = self.catalog.images if self._sees_photos else self.catalog.titles
        if seen is not None:
            rows = rows[seen[rows] != ""]
        missing = np.setdiff1d(rows, self._tried)
        if len(missing):
            try:
                self._add(self._encode(missing))
            except DataError:
                if self._embeddings is None:
                    raise
                # Of those asked for now not one could be encoded; there are others.
            self._tried = np.union1d(self._tried, missing)
        known = rows if self._embeddings is None else np.intersect1d(rows, self._embeddings.rows)
        if not len(known):
            raise DataError(f"{self.folder}: none of the listings has an embedding")
        return take_rows(self._embeddings, known)

    @functools.cached_property
    def _sees_photos(self) -> bool:
        return sees_photos(self.folder)

    def _stored(self) -> Embeddings | None:
        stored = os.path.join(self.folder, "embeddings")
        if not os.path.isdir(stored):
            return None
        if stored_source(stored) == embedding_source(self.folder, self.catalog):
            return load_embeddings(stored, ids_sha256=self.catalog.ids_sha256)
        logging.warning("%s is of other listings or another encoder: not used", stored)
        return None

    def _encode(self, rows: np.ndarray) -> Embeddings:
        # Here, for importing Keras takes longer than all that systems without an encoder do.
        from shopee_tf.encoding import embed_catalog
        from shopee_tf.models.predict import make_predict
        from shopee_tf.models.saving import load_encoder

        self.check()
        batch_size = _BATCH if len(rows) > _FEW else _FEW
        if "encoder" not in self._compiled:
            self._compiled["encoder"] = load_encoder(os.path.join(self.folder, "encoder"))
        encoder = self._compiled["encoder"]
        if batch_size not in self._compiled:
            self._compiled[batch_size] = make_predict(encoder.model, batch_size=batch_size)
        return embed_catalog(
            encoder, self.catalog, images=self.images, rows=rows, batch_size=batch_size,
            predict=self._compiled[batch_size], progress=self.progress,
        )  # fmt: skip

    def _add(self, found: Embeddings) -> None:
        if self._embeddings is not None:
            known = self._embeddings
            rows = np.concatenate([known.rows, found.rows])
            order = np.argsort(rows)
            vectors = np.concatenate([known.vectors, found.vectors])
            found = Embeddings(rows[order], vectors[order])
        self._embeddings = found


def sees_photos(folder: str) -> bool:
    """Whether the encoder of a run looks at photos; of a damaged one its loading tells."""
    about = files.read_json(os.path.join(folder, "encoder", "encoder.json"))
    return about.get("kind") in ("image", "joint")


def _instead_of_photos(folder: str) -> str:
    """What to do where there are no photos: nothing is stored in the copy that a matcher has."""
    if not os.path.exists(os.path.join(folder, "run.json")):
        return "give --images=FOLDER"
    return (
        f"give --images=FOLDER, or run python -m shopee_tf.embed --run={folder} --data=FOLDER, as "
        f"{os.path.join(folder, 'embeddings')} holds no embeddings of these listings"
    )


def embedding_source(folder: str | os.PathLike, catalog: Catalog) -> dict[str, str]:
    """What embeddings are of: stored beside them, so that stale ones are not used."""
    return {
        "encoder_sha256": files.sha256(os.path.join(folder, "encoder", "manifest.json")),
        "listings_sha256": catalog.listings_sha256,
    }
