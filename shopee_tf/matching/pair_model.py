"""The pair model: trees that see what all systems say of a pair, and of the pairs around it."""

import contextlib
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from shopee_tf.matching.boosted_pairs import AllMatchError, Trees, fit_trees, tree_log_odds
from shopee_tf.matching.boundary import Boundary, boundary_log_odds, fit_boundary
from shopee_tf.matching.pair_features import (
    FACTS,
    NEIGHBORHOOD,
    PairTable,
    keep_pairs,
    neighborhood_features,
)

ROUNDS = 2
"""Each round looks at the neighbourhoods that the one before made likely. A third added 0.0002."""

_UNLIKELY = 0.006  # by the boundary alone: one pair in a hundred matches is lost, half of the work


class PairModel(NamedTuple):
    """What it takes to tell the log odds of a match."""

    boundary: Boundary
    rounds: tuple[Trees, ...]  # none where the boundary alone parts matches from all else


class Evidence(NamedTuple):
    """Pairs, and what speaks for and against each of them."""

    table: PairTable
    facts: np.ndarray  # [f, p] float32, see `title_facts`


class Truth(NamedTuple):
    """What is known of the pairs to fit on."""

    hits: np.ndarray  # [p] bool, both show the same product
    known: np.ndarray  # [p] bool, pairs whose query may be looked at
    components: np.ndarray  # [p] int, the product of the query: none is in two folds


class FittedModel(NamedTuple):
    """A pair model and what it says of pairs that it was not fitted on."""

    model: PairModel
    out_of_fold: np.ndarray  # [p] float64, log odds, the same in both directions; -inf: dropped


def likely(boundary: Boundary, table: PairTable) -> np.ndarray:
    """Which pairs are worth a closer look, [p] bool."""
    return expit(boundary_log_odds(boundary, table.similarities)) >= _UNLIKELY


def fit_pair_model(evidence: Evidence, truth: Truth) -> FittedModel:
    """Fits a boundary, then trees in rounds.

    Round by round a pair's chance is known better, and so are the neighbourhoods of its two rows:
    what the winners of the competition did by blending neighbourhoods, here learnt. What a round
    sees of the one before is out-of-fold.

    Where next to all pairs that the boundary finds likely are matches, as with titles that are the
    name of the product, there is nothing for trees to learn: it decides alone.

    Args:
      evidence: p pairs of a catalogue searched in itself.
      truth: of these.

    Raises:
      ValueError: pairs to fit on that are all matches, or none, or matches in one fold alone.
    """
    known = truth.known
    table = evidence.table
    boundary = fit_boundary(table.similarities[:, known], truth.hits[known])
    kept = likely(boundary, table)
    evidence, truth = _keep(evidence, kept), Truth(*(field[kept] for field in truth))
    log_odds = boundary_log_odds(boundary, evidence.table.similarities)
    rounds = []
    with contextlib.suppress(AllMatchError):
        for _ in range(ROUNDS):
            trees, log_odds = _fit_round(evidence, truth, log_odds)
            rounds.append(trees)
    out_of_fold = np.full(len(kept), -np.inf)
    out_of_fold[kept] = log_odds
    return FittedModel(PairModel(boundary, tuple(rounds)), out_of_fold)


def pair_log_odds(model: PairModel, evidence: Evidence) -> np.ndarray:
    """The log odds of a match, [p] float64, the same in both directions of a pair.

    Minus infinity where the boundary alone says that there is next to no chance.
    """
    kept = likely(model.boundary, evidence.table)
    evidence = _keep(evidence, kept)
    log_odds = boundary_log_odds(model.boundary, evidence.table.similarities)
    for trees in model.rounds:
        log_odds = _both_ways(tree_log_odds(trees, _values(evidence, log_odds)), evidence.table)
    result = np.full(len(kept), -np.inf)
    result[kept] = log_odds
    return result


def _fit_round(evidence, truth, log_odds):
    values, known = _values(evidence, log_odds), truth.known
    products = np.stack([truth.components, truth.components[evidence.table.back]])
    fitted = fit_trees(
        values[known],
        truth.hits[known],
        monotone=_monotone(evidence),
        products=products[:, known],
    )
    found = np.empty(len(values))
    found[known] = fitted.out_of_fold
    found[~known] = tree_log_odds(fitted.trees, values[~known])
    return fitted.trees, _both_ways(found, evidence.table)


def _keep(evidence, kept):
    return Evidence(keep_pairs(evidence.table, kept), evidence.facts[:, kept])


def _values(evidence: Evidence, log_odds: np.ndarray) -> np.ndarray:
    """What the trees see: [p, features] float32."""
    table, facts = evidence
    around = neighborhood_features(table, expit(log_odds))
    return np.concatenate([table.similarities, facts, log_odds[None], around]).T.astype(np.float32)


def _monotone(evidence):
    return (*(1,) * len(evidence.table.similarities), *FACTS, 1, *NEIGHBORHOOD)


def _both_ways(log_odds, table):
    """A pair is as likely seen from either side: the mean of both."""
    return (log_odds + log_odds[table.back]) / 2
