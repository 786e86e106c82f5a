"""A decision: an ensemble with its weights and thresholds, fitted on one part, used on any."""

from typing import NamedTuple

import numpy as np

from shopee_tf.matching.fusion import find_union, fit_union
from shopee_tf.metrics import Matches
from shopee_tf.retrieval.hamming import MAX_DISTANCE
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems.grammar import Blend, Union, is_euclidean, is_hash, rename, short_names
from shopee_tf.systems.part import Part
from tfrecords.errors import UsageError

GUARDS = ("none", "veto", "penalty")
"""What may be done about neighbours whose titles name another variant: see `variant_guard`."""


class Decision(NamedTuple):
    """What it takes to tell a match; of each field one for each blend of the union."""

    union: Union
    weights: tuple[tuple[float, ...], ...]  # one a system, their sum 1
    penalties: tuple[float, ...]  # taken from the similarity of other variants; inf: no match
    thresholds: tuple[float, ...]  # the similarity that a match must reach


class FittedDecision(NamedTuple):
    """A decision and the mean F1 it gave on the rows it was fitted on."""

    decision: Decision
    f1: float


def fit_decision(union: Union, part: Part, *, variant_guard: str = "none") -> FittedDecision:
    """Fits the weights and penalty of each blend, then the thresholds of all of them together.

    Args:
      union: what decides.
      part: of a labelled catalogue.
      variant_guard: "none"; "veto", other variants are no matches; or "penalty", they must be more
        similar than others, by how much is fitted.

    Raises:
      UsageError: no such guard.
    """
    if variant_guard not in GUARDS:
        raise UsageError(f"variant_guard={variant_guard}: expected one of {', '.join(GUARDS)}")
    weights = tuple(part.fit_weights(blend) for blend in union.blends)
    penalties = tuple(
        _penalty(blend, each, part, variant_guard)
        for blend, each in zip(union.blends, weights, strict=True)
    )
    decision = Decision(union, weights, penalties, ())
    labels = part.source.catalog.labels
    fit = fit_union(find_neighbors(decision, part), labels, candidates=part.candidates)
    return FittedDecision(decision._replace(thresholds=tuple(fit.thresholds)), fit.f1)


def decide(decision: Decision, part: Part) -> Matches:
    """Finds the matches of the queries of a part."""
    return find_union(find_neighbors(decision, part), decision.thresholds)


def find_neighbors(decision: Decision, part: Part) -> list[Neighbors]:
    """What each blend of a decision finds, other variants lowered."""
    union, weights, penalties, _ = decision
    return list(map(part.guarded, union.blends, weights, penalties))


def hash_reach(decision: Decision) -> int:
    """The most bits in which hashes may differ that this decision asks about.

    The fewer, the quicker a large catalogue is searched.

    Example:
      >>> from shopee_tf.systems.grammar import parse_union
      >>> union = parse_union("phash+tfidf")
      >>> hash_reach(Decision(union, ((1.0,), (1.0,)), (0.0, 0.0), (-9.0, 0.5)))
      9
    """
    return max(map(_hash_reach, decision.union.blends, decision.thresholds))


def _hash_reach(blend, threshold):
    if is_hash(blend):
        return int(np.clip(-threshold, 0, MAX_DISTANCE))
    return MAX_DISTANCE if "phash" in Union((blend,)).names else 0


def _penalty(blend, weights, part, variant_guard):
    if variant_guard == "penalty":
        return part.fit_penalty(blend, weights)
    return np.inf if variant_guard == "veto" else 0.0


def describe(decision: Decision) -> str:
    """Says a decision in words; what adds nothing is left out.

    Example:
      >>> from shopee_tf.systems.grammar import parse_union
      >>> union = parse_union("phash+tfidf~runs/text")
      >>> describe(Decision(union, ((1.0,), (0.25, 0.75)), (0.0, 0.0), (-9.0, 0.5)))
      'phash distance <= 9 or 0.25 tfidf + 0.75 text >= 0.500'
    """
    union, weights, penalties, thresholds = decision
    lines = [_line(*each) for each in zip(union.blends, penalties, thresholds, strict=True)]
    if len(lines) == 1 and len(weights[0]) == 1:
        return lines[0]
    blends = rename(union, short_names(union.names)).blends
    said = zip(map(_sum, blends, weights), lines, strict=True)
    return " or ".join(f"{total} {line}" for total, line in said if line != "never") or "never"


def _line(blend: Blend, penalty: float, threshold: float) -> str:
    """A threshold as people say it: a distance, a cosine or a sum of cosines."""
    distances = is_hash(blend) or is_euclidean(blend)
    if np.isposinf(threshold) or (distances and threshold > 0):
        return "never"
    if distances:  # of hashes a whole number
        distance = np.floor(-threshold) if is_hash(blend) else -threshold
        line, sign = f"distance <= {distance:.4g}", "-"
    else:
        line, sign = f"{'cosine ' * (len(blend.systems) == 1)}>= {threshold:.3f}", "+"
    if np.isinf(penalty):
        return f"{line} of the same variant"
    return f"{line} (other variants {sign} {penalty:.3g})" if penalty else line


def _sum(blend: Blend, weights: tuple[float, ...]) -> str:
    if len(weights) == 1:
        return str(blend)
    pairs = zip(blend.systems, weights, strict=True)
    return " + ".join(f"{weight:.2f} {system}" for system, weight in pairs if weight > 0)
