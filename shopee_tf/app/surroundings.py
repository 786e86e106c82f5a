"""A new listing among the older ones around it: at once what a search of all of them would say."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from shopee_tf.explaining.cards import Explainer
from shopee_tf.matcher import Matcher
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.insertion import insert_row, takers
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems import PairDecision, Part, Source, System, catalogue_shift
from shopee_tf.systems.grammar import is_hash, kind_of, run_folder

_FEW = 2000  # listings; so few are judged about as fast as those around one of many


def open_surroundings(matcher: Matcher, source: Source, older: Explainer) -> Explainer:
    """Opens a matcher on a new listing, and on those of a catalogue that bear on its matches.

    Whether two listings match hangs first on what is found for either. So these are what any system
    finds for the new listing, what it is found for, and what is found for all of these. They are
    seen as in the whole catalogue: with the neighbours that they have there, words as rare,
    strangers as many, pairs as much alike. What the neighbours of these hang on is left out: a
    model of pairs, which looks that far, may give another probability by a hundredth or so, and a
    group may end where a search of all goes on. A small catalogue is taken whole.

    Args:
      matcher: as fitted or loaded.
      source: the older listings, then the new one.
      older: the matcher opened on the older listings.

    Returns:
      The matcher opened on these, the new one last.

    Raises:
      UserError: a system can say nothing of the new listing, nor of any other.
    """
    everyone = np.arange(len(source.catalog), dtype=np.int32)
    part = Part(source, candidates=everyone, queries=everyone[-1:])
    searches = {system: _search(system, part, older) for system in older.systems}
    known = {
        run_folder(name): part.view(System((name,))).embeddings
        for name in matcher.decision.union.names
        if kind_of(name) != "phash"
    }
    # One that a system knows is always there, since a system cannot be asked that knows none.
    some = {embeddings.rows[0] for embeddings in known.values()} - {everyone[-1]}
    around = everyone[:-1] if len(everyone) <= _FEW else _around(searches.values(), older, k=part.k)
    rows = np.array(sorted(some.union(around)), np.int32)
    taken = np.append(rows, everyone[-1:])
    near = source.taken(
        taken,
        known={name: _of_rows(embeddings, taken) for name, embeddings in known.items()},
        found={
            system: insert_row(one.lists, one.new, rows=rows, k=part.k, floor=one.floor)
            for system, one in searches.items()
        },
    )
    alike = _for_part(matcher, older.part, len(taken), of=len(everyone))
    return Explainer(alike, near, among=older)


class _Search(NamedTuple):
    lists: Neighbors  # of the older listings
    new: Neighbors  # all that is found for the new one, however far
    floor: float  # the least similarity in the lists
    reach: float  # the least similarity that the decision hears of


def _search(system: System, part: Part, older: Explainer) -> _Search:
    new = part.view(system).neighbors(part.queries, k=len(part.candidates))
    if not is_hash(system):
        return _Search(older.part.neighbors(system), new, -np.inf, -np.inf)
    # A card tells of hashes farther apart than a decision hears of.
    lists, far = older.whole.neighbors(system), older.whole.max_distance
    return _Search(lists, new, -float(far), -float(older.part.max_distance))


def _around(searches: Iterable[_Search], older: Explainer, *, k: int) -> np.ndarray:
    """The older rows that bear on the matches of a new one: [m] int32, ascending."""
    shown, bearing = [], []
    for lists, new, floor, reach in searches:
        others, similarities = new.neighbors[0, 1:k], new.similarities[0, 1:k]
        shown.append(others[others >= 0])
        bearing.append(others[(others >= 0) & (similarities >= reach)])
        taking = takers(lists, new, k=k, floor=floor)
        bearing.append(np.flatnonzero((taking > -np.inf) & (taking >= reach)))
    near = older.around(np.unique(np.concatenate(bearing)).astype(np.int32))
    return np.union1d(near, np.concatenate(shown))


def _of_rows(embeddings: Embeddings, rows: np.ndarray) -> Embeddings:
    """The embeddings of `rows` ([m] int32, ascending), these numbered anew."""
    kept = np.isin(embeddings.rows, rows)
    places = np.searchsorted(rows, embeddings.rows[kept])
    return Embeddings(places.astype(np.int32), embeddings.vectors[kept])


def _for_part(matcher: Matcher, older: Part, count: int, *, of: int) -> Matcher:
    """A matcher that takes `count` listings for the `of` that they stand for, nearly all `older`.

    How many of these have a partner, a listing's surroundings do not tell: all of them tell it.
    """
    decision, fitted = matcher.decision, matcher.fitted
    if isinstance(decision, PairDecision):
        decision = decision._replace(
            num_candidates=decision.num_candidates * count / of,
            shift=catalogue_shift(decision, older),
        )
    return matcher._replace(decision=decision, fitted=fitted | {"num_candidates": count})
