"""A catalogue, and every system's view of it."""

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.phash import with_phashes
from shopee_tf.retrieval.embeddings import Embeddings, take_rows
from shopee_tf.retrieval.hamming import MAX_DISTANCE
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.runs import Run, read_run
from shopee_tf.systems.grammar import (
    System,
    Union,
    is_euclidean,
    kind_of,
    run_folder,
    unknown_system,
)
from shopee_tf.systems.run_embeddings import RunEmbeddings
from shopee_tf.systems.title_embeddings import TitleEmbeddings
from shopee_tf.systems.views import EmbeddingView, EuclideanView, HashView, concatenate
from tfrecords.errors import DataError, UsageError

_NO_HASHES = (
    "phash: the csv has no column image_phash; give it, or a column image and --images=FOLDER, or "
    "leave phash out of the systems (of a matcher: calibrate one without it)"
)


def read_runs(names: Sequence[str]) -> list[Run]:
    """Reads the runs among the names of systems, each once.

    Raises:
      UsageError: a name that is neither a system's nor a folder's.
      IntegrityError: a folder without a run in it.
    """
    folders = dict.fromkeys(run_folder(name) for name in names if kind_of(name) == "run")
    for folder in folders:
        if not os.path.isdir(folder):
            raise unknown_system(folder)
    return [read_run(folder) for folder in folders]


class Source:
    """A catalogue with its photos, and what the systems made of it so far.

    Each embedding is computed once, when it is first asked for.

    Args:
      catalog: the listings.
      images: folder of their photos.
      title_steps: normalise the titles that untrained systems see: `title_normalization.STEPS`.
        Encoders see them as they were trained to.
      progress: called with what is done and what there is to do.

    Attributes:
      found: neighbours of all listings that need not be searched for, by system; there may be
        gaps (-1) before the last, for neighbours elsewhere keep their ranks.

    Raises:
      UsageError: there is no such folder of photos, or no such step.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        images: str | None = None,
        title_steps: Sequence[str] = (),
        progress: Callable[[int, int], None] | None = None,
    ):
        if images is not None and not os.path.isdir(images):
            raise UsageError(f"{images}: no such folder of photos")
        self.catalog = catalog
        self.images = images
        self.title_steps = tuple(title_steps)
        self.progress = progress
        self.found: Mapping[System, Neighbors] = {}
        self._known: Mapping[str, Embeddings] = {}
        self._titles = TitleEmbeddings(catalog.titles, steps=title_steps, progress=progress)
        self._runs: dict[str, RunEmbeddings] = {}
        self._hashed: Catalog | None = None

    def check(self, union: Union) -> None:
        """Sees to it that there is all that the systems of a union see, before any search.

        Raises:
          DataError: the catalogue lacks the column or the photos that a system needs.
        """
        for name in union.names:
            if run_folder(name) in self._known:
                continue
            if kind_of(name) == "run":
                self._run(run_folder(name)).check()
            elif name == "phash" and self.catalog.image_phashes is None and not self._has_photos():
                raise DataError(_NO_HASHES)

    @property
    def normalized_titles(self) -> np.ndarray:
        """The titles as untrained systems see them: [n] str."""
        return self._titles.normalized

    def count_terms(self, union: Union) -> None:
        """Counts the terms of titles that systems of a union weigh, for `joined` to go on with."""
        self._titles.count_terms([name for name in union.names if kind_of(name) == "tfidf"])

    def joined(self, catalog: Catalog, *, images: str | None = None) -> "Source":
        """A source of a catalogue that begins with this one's listings.

        These stay encoded, their titles normalised, and their terms counted where they were.

        Args:
          catalog: the listings of this one, then new ones; with the hashes of all, or of none.
          images: folder of the photos of all listings that are not encoded yet.

        Raises:
          UsageError: there is no such folder of photos.
        """
        found = Source(catalog, images=images, title_steps=self.title_steps, progress=self.progress)
        found._runs = {
            folder: run.joined(catalog, images=images) for folder, run in self._runs.items()
        }
        if catalog.image_phashes is not None:
            found._hashed = catalog
        found._titles = self._titles.joined(catalog.titles[len(self.catalog) :])
        return found

    def taken(
        self,
        rows: np.ndarray,
        *,
        known: Mapping[str, Embeddings],
        found: Mapping[System, Neighbors],
    ) -> "Source":
        """A source of some of the listings, with what was made of them elsewhere.

        Args:
          rows: [m] int32, ascending; they are numbered anew.
          known: embeddings of these, by the name of the system, of a run its folder.
          found: neighbours of all of them, by system.
        """
        source = Source(self.catalog.take(rows), title_steps=self.title_steps)
        source._known, source.found, source._titles = known, found, self._titles.taken(rows)
        return source

    def view(
        self, system: System, candidates: np.ndarray, *, max_distance: int = MAX_DISTANCE
    ) -> EmbeddingView | EuclideanView | HashView:
        """How a system sees the rows `candidates` ([c] int32, ascending).

        Hashes that differ in more than `max_distance` bits are not found.

        Raises:
          DataError: the catalogue lacks the column or the photos that the system needs.
        """
        if is_euclidean(system):
            return EuclideanView(
                self._embedded(run_folder(*system.names), candidates), progress=self.progress
            )
        views = [self._view(name, candidates, max_distance) for name in system.names]
        return views[0] if len(views) == 1 else concatenate(views)

    def _view(self, name, candidates, max_distance):
        if name == "phash":
            return HashView(
                candidates, self._hashes()[candidates],
                max_distance=max_distance, progress=self.progress,
            )  # fmt: skip
        return EmbeddingView(self._embedded(name, candidates), progress=self.progress)

    def _embedded(self, name, candidates):
        if name in self._known:
            known = self._known[name]
            return take_rows(known, np.intersect1d(candidates, known.rows))
        make = {"tfidf": self._titles.tfidf, "glove": self._titles.glove, "run": self._of_run}
        return make[kind_of(name)](name, candidates)

    def _of_run(self, folder, candidates):
        return self._run(folder).of_rows(candidates)

    def _run(self, folder):
        if folder not in self._runs:
            self._runs[folder] = RunEmbeddings(
                folder, self.catalog, images=self.images, progress=self.progress
            )
        return self._runs[folder]

    def _has_photos(self):
        return self.images is not None and self.catalog.images is not None

    def _hashes(self):
        if self._hashed is None:
            self._hashed = self.catalog
            if self._has_photos():
                self._hashed = with_phashes(self.catalog, self.images, progress=self.progress)
        if self._hashed.image_phashes is None:
            raise DataError(_NO_HASHES)
        return self._hashed.image_phashes
