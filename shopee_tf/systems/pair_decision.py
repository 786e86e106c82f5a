"""A decision by probabilities: systems fused pair by pair, sets chosen for the catalogue's size."""

from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import product_components
from shopee_tf.matching.expected_f1 import best_sets, scale_odds
from shopee_tf.matching.group_merging import merged_groups
from shopee_tf.matching.group_sizes import SizePrior, count_sizes
from shopee_tf.matching.groups import Groups, group_matches
from shopee_tf.matching.pair_fusion import Fusion, fit_fusion
from shopee_tf.matching.pair_model import Truth
from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.metrics import Matches, group_sizes, row_f1
from shopee_tf.systems.grammar import Blend, System, Union, is_euclidean, rename, short_names
from shopee_tf.systems.judged import Judged, as_graph, of_queries
from shopee_tf.systems.part import Part
from tfrecords.errors import DataError, UsageError

SETS = ("threshold", "expected_f1", "groups")
"""Which pairs match: those above a line; for each row the set of the highest expected F1; or those
whose listings are in one group, each listing being in one (see `group_merging`)."""

# Strangers as similar as these grow with the catalogue, and the odds of a match fall as much. A
# model of pairs sees some of it itself, by the ranks: measured on the real catalogue at 2, 4 and 8
# times the size (benchmarks/catalogue_growth.py).
_GROWTH = {"pairs": 0.5}

_WEIGHTS = (0.0, 0.25, 0.5, 0.75)  # of the prior of sizes, to choose from


class PairDecision(NamedTuple):
    """What it takes to tell a match by its probability."""

    union: Union  # the systems that are asked, each a blend of one
    fusion: Fusion
    sets: str  # one of `SETS`
    threshold: float  # the probability that a match must reach
    num_candidates: int  # listings searched where this was fitted: more make strangers more
    prior: SizePrior  # of the sizes of groups, counted where this was fitted
    weight: float  # of that prior


class FittedPairs(NamedTuple):
    """A decision and the mean F1 it gave out-of-fold on the rows it was fitted on."""

    decision: PairDecision
    f1: float


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
        raise DataError(
            f"{union}: {truth.known.sum():,} pairs, {(truth.hits & truth.known).sum():,} of them "
            f"matches, are too little to fit {fusion} on ({error}); give more listings, or "
            "--fusion=union"
        ) from None
    decision = PairDecision(
        union=Union(tuple(Blend((system,)) for system in systems)),
        fusion=fitted.fusion,
        sets=sets,
        threshold=0.0,
        num_candidates=len(part.candidates),
        prior=count_sizes(labels[part.queries]),
        weight=0.0,
    )
    return _fit_sets(decision, table, fitted.probabilities, part)


def _fit_sets(decision, table, probabilities, part) -> FittedPairs:
    """Fits what each kind of set needs, whichever is asked for: none of it takes long."""
    labels = part.source.catalog.labels
    judged = of_queries(table, probabilities, part.queries)
    truth = group_sizes(labels, part.candidates)[judged.rows]
    threshold, f1 = _fit_line(judged, labels, truth)
    decision = decision._replace(threshold=threshold)
    if decision.sets == "expected_f1":
        chosen = best_sets(judged.query, judged.probability, num_rows=len(judged.rows))
        f1 = _f1(judged, chosen.accepted, labels, truth)
    if decision.sets == "groups":
        everyone = of_queries(table, probabilities, part.candidates)
        fits = []
        for weight in _WEIGHTS:
            decision = decision._replace(weight=weight)
            matches = group_matches(*_grouped(decision, everyone))
            found = {row: matches[row] for row in part.queries.tolist()}
            f1 = row_f1(found, labels, candidates=part.candidates)
            fits.append(FittedPairs(decision, f1))
        return max(fits, key=lambda fit: fit.f1)
    return FittedPairs(decision, f1)


def judge(decision: PairDecision, part: Part) -> Judged:
    """Gives each pair of a part's queries its probability in a catalogue of the part's size."""
    evidence = part.evidence(_systems(decision.union))
    probabilities = part.fused(decision.fusion, evidence)
    growth = _GROWTH.get(decision.fusion.kind, 1.0)
    ratio = (len(part.candidates) / decision.num_candidates) ** growth
    return of_queries(evidence.table, scale_odds(probabilities, ratio), part.queries)


def decide_pairs(decision: PairDecision, part: Part) -> tuple[Matches, Matches]:
    """Finds the matches of a part's queries, at most 50 of each with the row itself.

    Returns:
      The matches, and all pairs, the matches first: of either the most probable first.
    """
    judged = judge(decision, part)
    rows, query, _, probability = judged
    everything = _listed(judged, probability > 0)
    if decision.sets == "groups":
        grouped = group_matches(*_grouped(decision, judge(decision, part.everyone())))
        matches = {row: grouped[row] for row in everything}
    elif decision.sets == "expected_f1":
        chosen = best_sets(query, probability, num_rows=len(rows), limit=MAX_MATCHES)
        matches = _listed(judged, chosen.accepted)
    else:
        matches = _listed(judged, probability >= decision.threshold)
    ranked = {
        row: list(dict.fromkeys([*found, *everything[row]]))[:MAX_MATCHES]
        for row, found in matches.items()
    }
    return matches, ranked


def group_rows(decision: PairDecision, part: Part) -> Groups:
    """Parts all listings searched, asked about or not, into groups."""
    return _grouped(decision, judge(decision, part.everyone()))[0]


def _grouped(decision, judged):
    graph = as_graph(judged)
    prior, weight = decision.prior, decision.weight
    return merged_groups(judged.rows, graph, prior=prior, weight=weight), graph


def _listed(judged, accepted):
    query, other = judged.query[accepted], judged.other[accepted]
    parts = np.split(other, np.searchsorted(query, np.arange(1, len(judged.rows))))
    return {
        int(row): [int(row), *found[: MAX_MATCHES - 1].tolist()]
        for row, found in zip(judged.rows, parts, strict=True)
    }


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
    if decision.sets == "groups":
        return f"{said}, groups ({decision.weight:.2f} of the prior of sizes)"
    return f"{said}, probability >= {decision.threshold:.3f}"


def _systems(union: Union) -> list[System]:
    systems = list(dict.fromkeys(system for blend in union.blends for system in blend.systems))
    if any(map(is_euclidean, systems)):
        raise UsageError("distances are in no fusion of similarities: leave euclidean: out, or "
                         "take --fusion=union")  # fmt: skip
    return systems


def _fit_line(judged: Judged, labels: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    hits = labels[judged.other] == labels[judged.rows[judged.query]]
    ones = np.ones(len(judged.rows), np.int64)
    pairs = Pairs(judged.query, judged.probability, hits)
    thresholds, f1 = sweep(pairs, predicted=ones, correct=ones, truth=truth)
    best = int(np.argmax(f1))
    return float(thresholds[best]), float(f1[best])


def _f1(judged: Judged, accepted: np.ndarray, labels: np.ndarray, truth: np.ndarray) -> float:
    query, count = judged.query[accepted], len(judged.rows)
    hits = labels[judged.other[accepted]] == labels[judged.rows[query]]
    predicted = 1 + np.bincount(query, minlength=count)
    correct = 1 + np.bincount(query[hits], minlength=count)
    return float(np.mean(2 * correct / (truth + predicted)))
