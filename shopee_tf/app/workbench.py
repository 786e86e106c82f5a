"""A catalogue opened with a matcher: what all pages look at, searched once."""

import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from shopee_tf.app.grouping import GroupList, find_groups, find_offers
from shopee_tf.app.reviewing import UncertainPairs, uncertain_pairs
from shopee_tf.app.scored_pairs import ScoredPairs, score_pairs
from shopee_tf.app.settings import Settings
from shopee_tf.app.tuning import Tuning, curve, slider_range, tune
from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.image_files import check_images
from shopee_tf.data.phash import with_phashes
from shopee_tf.evaluation.worth import worth
from shopee_tf.explaining.cards import Explainer
from shopee_tf.matcher import Matcher, Seen, load_matcher, read_seen
from shopee_tf.matching.offers import Offer
from shopee_tf.progress import Progress
from shopee_tf.systems import Source
from shopee_tf.systems.grammar import kind_of, run_folder
from shopee_tf.systems.run_embeddings import sees_photos


def _once(make: Callable[["Workbench"], Any]) -> property:
    """A property that is made when it is first asked for, by one visitor at a time.

    All visitors share it, and what one of them is searching is not searched by another meanwhile;
    `functools.cached_property` has had no lock since Python 3.12.
    """
    name = make.__name__

    @functools.wraps(make)
    def found(self):
        with self._lock:
            if name not in self._made:
                self._made[name] = make(self)
            return self._made[name]

    return property(found)


class Workbench:
    """A matcher with all that it found in a catalogue.

    Args:
      matcher: as loaded.
      catalog: the listings.
      images: folder of their photos; None for none.
      seen: the listings that the matcher was fitted and trained on; None where that is not known.
      progress: called with what is done and what there is to do.

    Attributes:
      source: the catalogue, with the hashes of its photos where the matcher looks at them.
      explainer: the matcher opened on it.
    """

    def __init__(
        self,
        matcher: Matcher,
        catalog: Catalog,
        *,
        images: str | None = None,
        seen: Seen | None = None,
        progress: Progress | None = None,
    ):
        self.matcher = matcher
        self.seen = seen
        self.images = images
        if images is not None and "phash" in matcher.decision.union.names:
            catalog = with_phashes(catalog, images, progress=progress)
        self.catalog = catalog
        self.source = Source(
            catalog, images=images, title_steps=matcher.title_steps, progress=progress
        )
        self.source.count_terms(matcher.decision.union)
        self.explainer = Explainer(matcher, self.source)
        self._lower_titles = [title.lower() for title in catalog.titles]
        self._row_of = {posting: row for row, posting in enumerate(catalog.posting_ids)}
        self._made: dict[str, Any] = {}
        self._lock = threading.RLock()  # what is made may ask for more

    @_once
    def scored(self) -> ScoredPairs:
        """The pairs that the matcher looked at, with what it draws its line on."""
        explainer = self.explainer
        return score_pairs(self.matcher.decision, explainer.part, whole=explainer.whole)

    @_once
    def uncertain(self) -> UncertainPairs:
        """The pairs that it is least sure of."""
        return uncertain_pairs(self.scored)

    @_once
    def tuning(self) -> Tuning | None:
        """What other thresholds would do; None where the catalogue has no labels."""
        labels = self.catalog.labels
        return None if labels is None else tune(self.scored, labels)

    @_once
    def worth(self) -> str:
        """What figures on these listings are worth, by what the matcher has seen of them."""
        return worth(self.seen, self.catalog, self.matcher)

    @_once
    def curve(self) -> dict[str, list]:
        """Figures at thresholds from all of the range, for a drawing; of a labelled catalogue."""
        return curve(self.tuning, *slider_range(self.scored))

    @_once
    def groups(self) -> GroupList:
        """The products that the matcher sees."""
        explainer = self.explainer
        return find_groups(self.matcher.decision, explainer.part, explainer.decided.matches)

    @_once
    def offers(self) -> dict[int, Offer] | None:
        """The cheapest other offer of each row with a price; see `grouping.find_offers`."""
        return find_offers(self.matcher.decision, self.explainer.part)

    @property
    def sees_photos(self) -> bool:
        """Whether a new photo can be compared: a system looks at photos, and there are some."""
        names = self.matcher.decision.union.names
        return (self.images is not None or self.catalog.image_phashes is not None) and any(
            name == "phash" or (kind_of(name) == "run" and sees_photos(run_folder(name)))
            for name in names
        )

    def row_of(self, posting: str) -> int:
        """The row of a posting id of the catalogue."""
        return self._row_of[posting]

    def title_of(self, posting: str) -> str:
        """The title of a posting id, of another catalogue too: then nothing is known of it."""
        row = self._row_of.get(posting)
        return "" if row is None else self.catalog.titles[row]

    def search(self, words: str, *, limit: int) -> np.ndarray:
        """The first rows whose title holds all words, or whose posting id is the text: [m] int."""
        wanted, named = words.lower().split(), self._row_of.get(words)
        found = [
            row
            for row, title in enumerate(self._lower_titles)
            if row == named or all(word in title for word in wanted)
        ]
        return np.array(found[:limit], np.int64)


def read_inputs(settings: Settings) -> tuple[Matcher, Catalog]:
    """Reads the matcher and the csv, and sees to it that the matcher can see what it needs.

    Raises:
      UserError: one of them is not there, damaged, or lacks what a system needs.
    """
    matcher = load_matcher(settings.matcher)
    catalog = read_catalog(
        settings.csv, labels="if filled", encoding=settings.csv_encoding,
        limit_rows=settings.limit_rows,
    )  # fmt: skip
    check_images(catalog.images, settings.images)
    Source(catalog, images=settings.images).check(matcher.decision.union)
    return matcher, catalog


def open_workbench(settings: Settings, *, progress: Progress | None = None) -> Workbench:
    """Reads and searches a catalogue.

    Raises:
      UserError: see `read_inputs`.
    """
    matcher, catalog = read_inputs(settings)
    seen = read_seen(settings.matcher)
    return Workbench(matcher, catalog, images=settings.images, seen=seen, progress=progress)
