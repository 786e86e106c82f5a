"""A decision: an ensemble with its weights and thresholds, fitted on one part, used on any."""

from typing import NamedTuple

import numpy as np

from shopee_tf.matching.fusion import find_union, fit_union
from shopee_tf.metrics import Matches
from shopee_tf.systems.grammar import Blend, Union, is_hash, rename, short_names
from shopee_tf.systems.part import Part


class Decision(NamedTuple):
    """What it takes to tell a match."""

    union: Union
    weights: tuple[tuple[float, ...], ...]  # for each blend one a system, their sum 1
    thresholds: tuple[float, ...]  # the similarity that each blend must reach


class FittedDecision(NamedTuple):
    """A decision and the mean F1 it gave on the rows it was fitted on."""

    decision: Decision
    f1: float


def fit_decision(union: Union, part: Part) -> FittedDecision:
    """Fits the weights of each blend, then the thresholds of all of them together.

    Args:
      union: what decides.
      part: of a labelled catalogue.
    """
    weights = tuple(part.fit_weights(blend) for blend in union.blends)
    neighbors = [part.blended(*pair) for pair in zip(union.blends, weights, strict=True)]
    fit = fit_union(neighbors, part.source.catalog.labels, candidates=part.candidates)
    return FittedDecision(Decision(union, weights, tuple(fit.thresholds)), fit.f1)


def decide(decision: Decision, part: Part) -> Matches:
    """Finds the matches of the queries of a part."""
    blends, weights = decision.union.blends, decision.weights
    neighbors = [part.blended(*pair) for pair in zip(blends, weights, strict=True)]
    return find_union(neighbors, decision.thresholds)


def describe(decision: Decision) -> str:
    """Says a decision in words; what adds nothing is left out.

    Example:
      >>> from shopee_tf.systems.grammar import parse_union
      >>> union = parse_union("phash+tfidf~runs/text")
      >>> describe(Decision(union, ((1.0,), (0.25, 0.75)), (-9.0, 0.5)))
      'phash distance <= 9 or 0.25 tfidf + 0.75 text >= 0.500'
    """
    union, weights, thresholds = decision
    lines = [_line(*each) for each in zip(union.blends, thresholds, strict=True)]
    if len(lines) == 1 and len(weights[0]) == 1:
        return lines[0]
    blends = rename(union, short_names(union.names)).blends
    said = zip(map(_sum, blends, weights), lines, strict=True)
    return " or ".join(f"{total} {line}" for total, line in said if line != "never") or "never"


def _line(blend: Blend, threshold: float) -> str:
    """A threshold as people say it: a Hamming distance for hashes, else a cosine or a sum."""
    hashes = is_hash(blend)
    if np.isposinf(threshold) or (hashes and threshold > 0):
        return "never"
    if hashes:
        return f"distance <= {int(np.floor(-threshold))}"
    return f"cosine >= {threshold:.3f}" if len(blend.systems) == 1 else f">= {threshold:.3f}"


def _sum(blend: Blend, weights: tuple[float, ...]) -> str:
    if len(weights) == 1:
        return str(blend)
    pairs = zip(blend.systems, weights, strict=True)
    return " + ".join(f"{weight:.2f} {system}" for system, weight in pairs if weight > 0)
