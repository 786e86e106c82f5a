"""A decision by probabilities: systems fused pair by pair, sets chosen for the catalogue's size."""

from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import product_components
from shopee_tf.matching.expected_f1 import best_sets, scale_odds
from shopee_tf.matching.pair_features import PairTable
from shopee_tf.matching.pair_fusion import Fusion, fit_fusion, fuse
from shopee_tf.matching.pair_model import Truth
from shopee_tf.matching.pair_probabilities import PairProbabilities
from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.metrics import Matches, group_sizes
from shopee_tf.systems.grammar import Blend, System, Union, is_euclidean, rename, short_names
from shopee_tf.systems.part import Part
from tfrecords.errors import DataError, UsageError

SETS = ("threshold", "expected_f1")
"""Which pairs match: those above a line, or for each row the set of the highest expected F1."""


class PairDecision(NamedTuple):
    """What it takes to tell a match by its probability."""

    union: Union  # the systems that are asked, each a blend of one
    fusion: Fusion
    sets: str  # one of `SETS`
    threshold: float  # the probability that a match must reach; of no use with expected_f1
    num_candidates: int  # listings searched where this was fitted: more make strangers more


class FittedPairs(NamedTuple):
    """A decision and the mean F1 it gave out-of-fold on the rows it was fitted on."""

    decision: PairDecision
    f1: float


class Judged(NamedTuple):
    """The pairs of a part's queries, by (query, falling probability)."""

    rows: np.ndarray  # [m] int32, the queries
    query: np.ndarray  # [p] int64, places in `rows`, ascending
    other: np.ndarray  # [p] int32, rows
    probability: np.ndarray  # [p] float64, above 0, for a catalogue of the part's size


def fit_pair_decision(
    union: Union, part: Part, *, fusion: str, sets: str = "expected_f1"
) -> FittedPairs:
    """Fits a fusion of all systems of a union, and the line of its probabilities.

    Args:
      union: the systems; how it joins them is not looked at.
      part: of a labelled catalogue.
      fusion: one of `pair_fusion.FUSIONS`.
      sets: one of `SETS`.

    Raises:
      UsageError: no such sets, or a Euclidean system: distances cannot be fused with cosines.
      DataError: among the candidates there is no match, or nothing but matches.
    """
    if sets not in SETS:
        raise UsageError(f"sets={sets}: expected one of {', '.join(SETS)}")
    systems = _systems(union)
    labels = part.source.catalog.labels
    evidence = part.evidence(systems)
    table = evidence.table
    first, second = table.rows[table.query], table.rows[table.other]
    truth = Truth(
        hits=labels[first] == labels[second],
        known=np.isin(first, part.queries),
        components=product_components(part.source.catalog)[first],
    )
    sizes = group_sizes(labels, part.candidates)[table.rows]
    try:
        fitted = fit_fusion(fusion, evidence, truth, sizes)
    except ValueError as error:
        raise DataError(f"too little to fit {fusion} on: {error}") from None
    decision = PairDecision(
        Union(tuple(Blend((system,)) for system in systems)),
        fitted.fusion, sets, 0.0, len(part.candidates),
    )  # fmt: skip
    judged = _of_queries(table, fitted.probabilities, part.queries)
    threshold, f1 = _fit_line(judged, labels, part)
    if sets == "expected_f1":
        chosen = best_sets(judged.query, judged.probability, num_rows=len(judged.rows))
        f1 = _f1(judged, chosen.accepted, labels, part)
    return FittedPairs(decision._replace(threshold=threshold), f1)


def judge(decision: PairDecision, part: Part) -> Judged:
    """Gives each pair of a part's queries its probability in a catalogue of the part's size."""
    evidence = part.evidence(_systems(decision.union))
    probabilities = fuse(decision.fusion, evidence)
    ratio = len(part.candidates) / decision.num_candidates
    return _of_queries(evidence.table, scale_odds(probabilities, ratio), part.queries)


def decide_pairs(
    decision: PairDecision, judged: Judged, *, limit: int = MAX_MATCHES
) -> tuple[Matches, Matches]:
    """Chooses the matches of each row, at most `limit` with the row itself.

    Returns:
      The matches, and all pairs: of either the most probable first.
    """
    rows, query, _, probability = judged
    if decision.sets == "expected_f1":
        accepted = best_sets(query, probability, num_rows=len(rows), limit=limit).accepted
    else:
        accepted = probability >= decision.threshold
    return _listed(judged, accepted, limit), _listed(judged, probability > 0, limit)


def _listed(judged, accepted, limit):
    query, other = judged.query[accepted], judged.other[accepted]
    parts = np.split(other, np.searchsorted(query, np.arange(1, len(judged.rows))))
    return {
        int(row): [int(row), *found[: limit - 1].tolist()]
        for row, found in zip(judged.rows, parts, strict=True)
    }


def forecast(judged: Judged) -> float:
    """The mean F1 that sets of the highest expected F1 will have, without a label."""
    sets = best_sets(judged.query, judged.probability, num_rows=len(judged.rows))
    return float(sets.expected_f1.mean())


def no_match(judged: Judged) -> np.ndarray:
    """For each row the probability that no candidate is a match, [m] float64."""
    return best_sets(judged.query, judged.probability, num_rows=len(judged.rows)).no_match


def as_probabilities(judged: Judged) -> PairProbabilities:
    """The same pairs as a table of a line a row."""
    rows, query, other, probability = judged
    counts = np.bincount(query, minlength=len(rows))
    shape = len(rows), int(counts.max(initial=0))
    place = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts)
    others, values = np.full(shape, -1, np.int32), np.zeros(shape, np.float32)
    others[query, place], values[query, place] = other, probability
    return PairProbabilities(rows, others, values)


def describe_pairs(decision: PairDecision) -> str:
    """Says a decision in words.

    The weights of a sum are told; what else was fitted is too much for a line.
    """
    kind, parameters, _ = decision.fusion
    said = kind
    if kind in ("sum", "squared"):
        blends = rename(decision.union, short_names(decision.union.names)).blends
        square = "²" if kind == "squared" else ""
        pairs = zip(blends, parameters, strict=True)
        said = " + ".join(f"{weight:.2f} {blend}{square}" for blend, weight in pairs if weight)
    if decision.sets == "expected_f1":
        return f"{said}, sets of the highest expected F1"
    return f"{said}, probability >= {decision.threshold:.3f}"


def _systems(union: Union) -> list[System]:
    systems = list(dict.fromkeys(system for blend in union.blends for system in blend.systems))
    if any(map(is_euclidean, systems)):
        raise UsageError("distances are in no fusion of similarities: leave euclidean: out, or "
                         "take --fusion=union")  # fmt: skip
    return systems


def _of_queries(table: PairTable, probabilities: np.ndarray, queries: np.ndarray) -> Judged:
    place = np.full(len(table.rows), -1)
    place[np.searchsorted(table.rows, queries)] = np.arange(len(queries))
    query = place[table.query]
    kept = np.flatnonzero((query >= 0) & (probabilities > 0))
    kept = kept[np.lexsort((table.other[kept], -probabilities[kept], query[kept]))]
    return Judged(
        queries, query[kept], table.rows[table.other[kept]].astype(np.int32), probabilities[kept]
    )


def _fit_line(judged: Judged, labels: np.ndarray, part: Part) -> tuple[float, float]:
    hits = labels[judged.other] == labels[judged.rows[judged.query]]
    ones = np.ones(len(judged.rows), np.int64)
    thresholds, f1 = sweep(
        Pairs(judged.query, judged.probability, hits),
        predicted=ones, correct=ones, truth=group_sizes(labels, part.candidates)[judged.rows],
    )  # fmt: skip
    best = int(np.argmax(f1))
    return float(thresholds[best]), float(f1[best])


def _f1(judged: Judged, accepted: np.ndarray, labels: np.ndarray, part: Part) -> float:
    query, count = judged.query[accepted], len(judged.rows)
    hits = labels[judged.other[accepted]] == labels[judged.rows[query]]
    predicted = 1 + np.bincount(query, minlength=count)
    correct = 1 + np.bincount(query[hits], minlength=count)
    truth = group_sizes(labels, part.candidates)[judged.rows]
    return float(np.mean(2 * correct / (truth + predicted)))
