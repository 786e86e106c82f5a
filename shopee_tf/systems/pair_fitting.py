"""The fit of a decision by probabilities, on a labelled part."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import product_components
from shopee_tf.matching.group_sizes import count_sizes
from shopee_tf.matching.groups import group_matches
from shopee_tf.matching.pair_fusion import fit_fusion, fuse_alone
from shopee_tf.matching.pair_model import Truth
from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.metrics import group_f1, group_sizes, row_f1
from shopee_tf.systems.grammar import Blend, Union
from shopee_tf.systems.judged import Judged, as_graph, expected_sets, of_queries
from shopee_tf.systems.pair_decision import (
    GROUPED,
    SETS,
    Components,
    PairDecision,
    list_matches,
    part_graph,
    systems_of,
)
from shopee_tf.systems.part import Part
from tfrecords.errors import DataError, UsageError

_WEIGHTS = (0.0, 0.25, 0.5, 0.75)  # of the prior of sizes, to choose from
_LINES = tuple(line / 20 for line in range(8, 19))  # of links, and of those that are never cut


class FittedPairs(NamedTuple):
    """A decision and the mean F1 it gave out-of-fold on the rows it was fitted on."""

    decision: PairDecision
    f1: float


def fit_pair_decision(
    union: Union, part: Part, *, fusion: str, sets: str = "expected_f1"
) -> FittedPairs:
    """Fits a fusion of all systems of a union, and what its probabilities are compared with.

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
    systems = systems_of(union)
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
        share=float(fuse_alone(fitted.fusion, evidence)[truth.known].mean()),
    )
    return _fit_sets(decision, table, fitted.probabilities, part)


def _fit_sets(decision, table, probabilities, part) -> FittedPairs:
    """Fits the line, whatever the kind of set, and what that kind needs beside it."""
    judged = of_queries(table, probabilities, part.queries)
    threshold, f1 = _fit_line(judged, part)
    decision = decision._replace(threshold=threshold)
    if decision.sets == "expected_f1":
        matches = list_matches(judged, expected_sets(judged).accepted)
        f1 = row_f1(matches, part.source.catalog.labels, candidates=part.candidates)
    if decision.sets in GROUPED:
        return _fit_groups(decision, of_queries(table, probabilities, part.candidates), part)
    return FittedPairs(decision, f1)


def _fit_line(judged: Judged, part: Part) -> tuple[float, float]:
    labels = part.source.catalog.labels
    hits = labels[judged.other] == labels[judged.rows[judged.query]]
    ones = np.ones(len(judged.rows), np.int64)
    truth = group_sizes(labels, part.candidates)[judged.rows]
    pairs = Pairs(judged.query, judged.probability, hits)
    thresholds, f1 = sweep(pairs, predicted=ones, correct=ones, truth=truth)
    best = int(np.argmax(f1))
    return float(thresholds[best]), float(f1[best])


def _fit_groups(decision: PairDecision, everyone: Judged, part: Part) -> FittedPairs:
    """Tries each setting on all listings searched, and scores those asked about."""
    labels, asked = part.source.catalog.labels, np.isin(everyone.rows, part.queries)
    graph = as_graph(everyone)

    def f1(setting: PairDecision) -> float:
        groups = part_graph(setting, everyone.rows, graph)
        return group_f1(groups.labels, labels[groups.rows])[asked].mean()

    best = max(_settings(decision), key=f1)
    matches = group_matches(part_graph(best, everyone.rows, graph), graph)
    found = {row: matches[row] for row in part.queries.tolist()}
    return FittedPairs(best, row_f1(found, labels, candidates=part.candidates))


def _settings(decision: PairDecision) -> Iterator[PairDecision]:
    if decision.sets == "groups":
        for weight in _WEIGHTS:
            yield decision._replace(weight=weight)
        return
    # Some bridges are cut always: one false link may join two groups, and whether the fitted part
    # has such a one is chance.
    for line, strong in itertools.combinations(_LINES, 2):
        yield decision._replace(components=Components(line, strong))
