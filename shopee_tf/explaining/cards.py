"""A card for a pair of listings: all that speaks for and against a match, and the verdict."""

import itertools
import math
from typing import Any, NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.posting_ids import rows_of
from shopee_tf.explaining.conflicts import Conflict, find_conflicts
from shopee_tf.explaining.standing import Standing, open_system, standing
from shopee_tf.explaining.union_tests import open_union
from shopee_tf.explaining.verdicts import Verdict, judged_of, pair_verdict, union_verdict
from shopee_tf.explaining.words import WordSets, compare_words, count_words, written_words
from shopee_tf.matcher import Matcher, open_part, source_of
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.systems import (
    Blend,
    Decision,
    PairDecision,
    Part,
    Source,
    System,
    Union,
    decide,
    judge,
)
from shopee_tf.systems.grammar import is_hash, rename, short_names
from tfrecords.errors import UsageError


class Listing(NamedTuple):
    """One listing of a pair, as the catalogue has it."""

    posting_id: str
    title: str


class Card(NamedTuple):
    """Why two listings match, or do not."""

    first: Listing
    second: Listing
    probability: float | None  # of a match; None where a union decides
    verdict: Verdict  # on the second as a match of the first
    verdict_back: Verdict  # on the first as a match of the second
    systems: tuple[Standing, ...]
    words: WordSets  # of the titles as untrained systems see them
    conflicts: tuple[Conflict, ...]


class Explainer:
    """A matcher opened on a catalogue, to be asked about its pairs.

    Args:
      matcher: as fitted or loaded.
      source: the catalogue; with its photos, where the systems need these.
      among: the same matcher opened on a larger catalogue, of which all but the last of these
        listings are a part: how rare words are, and how much alike pairs are, is told of that one.

    Attributes:
      catalog: the listings.
      systems: of the matcher's union, each once.
      part: all of them, each asked about.
      whole: the same, with hashes as far apart as any search finds.
      decided: what the matcher made of the part.
    """

    def __init__(
        self, matcher: Matcher, source: Source | Catalog, *, among: "Explainer | None" = None
    ):
        decision, source = matcher.decision, source_of(matcher, source)
        part = open_part(matcher, source)
        self.catalog, self.part = source.catalog, part
        self._decision = decision
        self._titles, self._title_steps = source.normalized_titles, source.title_steps
        self._counts = among._counts if among else count_words(self._titles)
        names = short_names(decision.union.names)
        systems = dict.fromkeys(s for blend in decision.union.blends for s in blend.systems)
        self.systems = tuple(systems)
        # A decision asks about hashes as near as it needs; a near miss is farther.
        whole = Part(source, candidates=part.candidates, queries=part.candidates)
        self.whole = whole
        self._systems = [
            open_system(one, whole if is_hash(one) else part, name=_called(one, names))
            for one in systems
        ]
        if among:
            opened = zip(self._systems, among._systems, strict=True)
            self._systems = [one._replace(found=larger.found) for one, larger in opened]
        if isinstance(decision, PairDecision):
            self._judged = judge(decision, part)
            self._pairs = part.evidence(list(systems)).table
        else:
            self._union = open_union(decision, part, systems=dict(zip(systems, self._systems)))
        self.decided = decide(decision, part)

    def candidates(self, listing: str) -> list[str]:
        """The ids of what a listing may match, 49 at most.

        Its matches come first, then what else the decision looked at, the best first, then what
        each system finds in turn.

        Raises:
          UsageError: no listing has this id.
        """
        (row,) = rows_of(self.catalog, [listing]).tolist()
        nearest = [system.neighbors.neighbors[row, 1:].tolist() for system in self._systems]
        turns = itertools.chain.from_iterable(itertools.zip_longest(*nearest, fillvalue=-1))
        in_turn = [other for other in turns if other >= 0]
        found = list(dict.fromkeys([*self.decided.ranked[row], *in_turn]))[1:MAX_MATCHES]
        return self.catalog.posting_ids[found].tolist()

    def around(self, rows: np.ndarray) -> np.ndarray:
        """`rows` ([m] int32) and all that bears on their matches: [c] int32, ascending.

        By probabilities that is what was judged with them. Of a union it is their neighbours, and
        where it refines these, what these are refined by: their own, and listings of their photos.
        """
        if isinstance(self._decision, PairDecision):
            others = self._judged.other[np.isin(self._judged.query, rows)]
            return np.union1d(rows, others).astype(np.int32)
        near = self._neighbors_of(rows)
        if not self._decision.refinements:
            return near
        photos = self.catalog.images
        if photos is not None:
            near = np.union1d(near, np.flatnonzero(np.isin(photos, photos[near]) & (photos != "")))
        return self._neighbors_of(near)

    def _neighbors_of(self, rows):
        found = [self.part.neighbors(system).neighbors[rows].ravel() for system in self.systems]
        near = np.unique(np.concatenate([rows, *found]))
        return near[near >= 0].astype(np.int32)

    def card(self, first: str, second: str) -> Card:
        """Explains a pair of posting ids.

        Raises:
          UsageError: no listing has such an id, or both are one.
        """
        row, other = map(int, rows_of(self.catalog, [first, second]))
        if row == other:
            raise UsageError(f"{first}: a listing is a match of itself; give two")
        titles, normalized = self.catalog.titles[[row, other]], self._titles[[row, other]]
        written = [written_words(title, self._title_steps) for title in titles]
        return Card(
            Listing(first, titles[0]),
            Listing(second, titles[1]),
            self._probability(row, other),
            self._verdict(row, other),
            self._verdict(other, row),
            tuple(standing(system, row, other) for system in self._systems),
            compare_words(*normalized, self._counts, written=written),
            find_conflicts(*titles),
        )

    def _probability(self, row, other):
        if isinstance(self._decision, Decision):
            return None
        others, probabilities = judged_of(self._judged, row)
        return float(probabilities[others == other].sum())

    def _verdict(self, row, other):
        accepted = other in self.decided.matches[row]
        if isinstance(self._decision, Decision):
            return union_verdict(accepted, self._union.tests(row, other))
        start, end = np.searchsorted(self._pairs.query, (row, row + 1))
        found = other in self._pairs.other[start:end]
        return pair_verdict(
            self._decision, self._judged, row, other, found=found, accepted=accepted
        )


def explain_pair(matcher: Matcher, source: Source | Catalog, first: str, second: str) -> Card:
    """Tells why two listings of a catalogue match, or do not.

    For many pairs of one catalogue an `Explainer` searches it once.

    Args:
      matcher: as fitted or loaded.
      source: the catalogue; with its photos, where the systems need these.
      first: a posting id.
      second: another.

    Raises:
      UsageError: no listing has such an id, or both are one.

    Example:
      >>> import pandas as pd
      >>> from shopee_tf.data.catalog import catalog_from_frame
      >>> from shopee_tf.systems import parse_union
      >>> titles = ["tas kulit 2 kg", "tas kulit", "topi anak"]
      >>> table = pd.DataFrame({"posting_id": ["a", "b", "c"], "title": titles})
      >>> decision = Decision(parse_union("idf"), ((1.0,),), (0.0,), (0.4,))
      >>> matcher = Matcher(decision, (), {"num_candidates": 3})
      >>> card = explain_pair(matcher, catalog_from_frame(table), "a", "b")
      >>> card.verdict.accepted, card.verdict.rule
      (True, 'idf: cosine 0.605 >= 0.400')
    """
    return Explainer(matcher, source).card(first, second)


def as_json(value: Any) -> Any:
    """A card as dicts, lists and plain values; JSON has no infinity, which becomes None."""
    if hasattr(value, "_asdict"):
        return {name: as_json(field) for name, field in value._asdict().items()}
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _called(system: System, names: dict[str, str]) -> str:
    return str(rename(Union((Blend((system,)),)), names))
