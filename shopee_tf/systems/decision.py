"""A decision: an ensemble with all that was fitted on one part, to be used on any."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from shopee_tf.matching import pair_fusion
from shopee_tf.matching.fusion import find_union, fit_union
from shopee_tf.matching.refinements import Step
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.metrics import Matches
from shopee_tf.retrieval.hamming import MAX_DISTANCE
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems.grammar import Blend, Union, is_euclidean, is_hash, rename, short_names
from shopee_tf.systems.pair_decision import PairDecision, decide_pairs, describe_pairs
from shopee_tf.systems.pair_fitting import fit_pair_decision
from shopee_tf.systems.part import REACH, Part
from tfrecords.errors import UsageError

GUARDS = ("none", "veto", "penalty")
"""What may be done about neighbours whose titles name another variant: see `variant_guard`."""

FUSIONS = ("union", *pair_fusion.FUSIONS)
"""How systems decide together."""


class Decision(NamedTuple):
    """What it takes to tell a match; of each field one for each blend of the union."""

    union: Union
    weights: tuple[tuple[float, ...], ...]  # one a system, their sum 1
    penalties: tuple[float, ...]  # taken from the similarity of other variants; inf: no match
    thresholds: tuple[float, ...]  # the similarity that a match must reach
    refinements: tuple[Step, ...] = ()  # done to the neighbours of every blend, in this order


class FittedDecision(NamedTuple):
    """A decision and the mean F1 it gave on the rows it was fitted on."""

    decision: Decision | PairDecision
    f1: float


class Decided(NamedTuple):
    """Matches, and all that was found, the matches among it, best first."""

    matches: Matches
    ranked: Matches


def fit_decision(
    union: Union,
    part: Part,
    *,
    variant_guard: str = "none",
    fusion: str = "union",
    sets: str = "threshold",
    refinements: Sequence[Step] = (),
) -> FittedDecision:
    """Fits how the systems of an ensemble decide together.

    Args:
      union: what decides.
      part: of a labelled catalogue.
      variant_guard: "none"; "veto", other variants are no matches; or "penalty", they must be more
        similar than others, by how much is fitted.
      fusion: "union", each blend with its weights, a penalty and a threshold, or one of
        `pair_fusion.FUSIONS`, by which all systems tell the probability of each pair.
      sets: which pairs match by their probability, see `pair_decision.SETS`.
      refinements: of a union, what is done to the neighbours of each blend before they are judged.

    Raises:
      UsageError: no such guard or fusion, or a guard or refinement where it has no place.
    """
    if variant_guard not in GUARDS:
        raise UsageError(f"variant_guard={variant_guard}: expected one of {', '.join(GUARDS)}")
    if fusion not in FUSIONS:
        raise UsageError(f"fusion={fusion}: expected one of {', '.join(FUSIONS)}")
    if fusion != "union":
        if variant_guard != "none" or refinements:
            raise UsageError("variant guards and refinements are for fusion=union; the model of "
                             "pairs sees variants and neighbourhoods by itself")  # fmt: skip
        return FittedDecision(*fit_pair_decision(union, part, fusion=fusion, sets=sets))
    if sets != "threshold":
        raise UsageError(f"sets={sets} needs probabilities: give a fusion other than union")
    return _fit_union(union, part, variant_guard, tuple(refinements))


def _fit_union(union, part, variant_guard, refinements):
    weights = tuple(part.fit_weights(blend) for blend in union.blends)
    penalties = tuple(
        _penalty(blend, each, part, variant_guard)
        for blend, each in zip(union.blends, weights, strict=True)
    )
    decision = Decision(union, weights, penalties, (), refinements)
    labels = part.source.catalog.labels
    fit = fit_union(find_neighbors(decision, part), labels, candidates=part.candidates)
    return FittedDecision(decision._replace(thresholds=tuple(fit.thresholds)), fit.f1)


def decide(decision: Decision | PairDecision, part: Part) -> Decided:
    """Finds the matches of the queries of a part.

    Similarities of two blends of a union do not compare, so their ranks must: the matches come
    first, then the rest of each blend in turn. The far neighbours of a poor system, taken in turn
    from the first place on, would hide what a good one is sure of. A blend that the decision leaves
    out ranks nothing either, unless all are left out.
    """
    if isinstance(decision, PairDecision):
        return Decided(*decide_pairs(decision, part))
    found = find_neighbors(decision, part)
    matches = find_union(found, decision.thresholds)
    said = zip(found, decision.union.blends, decision.thresholds, strict=True)
    heard = [one for one, *each in said if not _is_silent(*each)] or found
    everything = find_union(heard, [-np.inf] * len(heard))
    ranked = {
        row: list(dict.fromkeys([*first, *everything[row]]))[:MAX_MATCHES]
        for row, first in matches.items()
    }
    return Decided(matches, ranked)


def find_neighbors(decision: Decision, part: Part) -> list[Neighbors]:
    """What each blend of a decision finds, other variants lowered, and refined."""
    union, weights, penalties, _, refinements = decision
    blends = zip(union.blends, weights, penalties, strict=True)
    return [part.refined(*blend, refinements) for blend in blends]


def has_trees(decision: Decision | PairDecision) -> bool:
    """Whether a decision learnt so much of the pairs it was fitted on that it may know them."""
    return isinstance(decision, PairDecision) and decision.fusion.kind == "pairs"


def unused(decision: Decision | PairDecision) -> list[str]:
    """The systems that a union has no use for: of no blend that takes anything, or of no weight.

    Example:
      >>> from shopee_tf.systems.grammar import parse_union
      >>> union = parse_union("phash+tfidf~idf")
      >>> unused(Decision(union, ((1.0,), (0.0, 1.0)), (0.0, 0.0), (np.inf, 0.5)))
      ['phash', 'tfidf']
    """
    if isinstance(decision, PairDecision):
        return []
    blends = decision.union.blends
    said = zip(blends, decision.weights, decision.thresholds, strict=True)
    used = {
        system
        for blend, weights, threshold in said
        for system, weight in zip(blend.systems, weights, strict=True)
        if weight > 0 and not _is_silent(blend, threshold)
    }
    every = dict.fromkeys(system for blend in blends for system in blend.systems)
    return [str(system) for system in every if system not in used]


def hash_reach(decision: Decision | PairDecision) -> int:
    """The most bits in which hashes may differ that this decision asks about.

    The fewer, the quicker a large catalogue is searched.

    Example:
      >>> from shopee_tf.systems.grammar import parse_union
      >>> union = parse_union("phash+tfidf")
      >>> hash_reach(Decision(union, ((1.0,), (1.0,)), (0.0, 0.0), (-9.0, 0.5)))
      9
    """
    if isinstance(decision, PairDecision):
        return REACH
    return max(map(_hash_reach, decision.union.blends, decision.thresholds))


def _hash_reach(blend, threshold):
    if is_hash(blend):
        return int(np.clip(-threshold, 0, MAX_DISTANCE))
    return MAX_DISTANCE if "phash" in Union((blend,)).names else 0


def _penalty(blend, weights, part, variant_guard):
    if variant_guard == "penalty":
        return part.fit_penalty(blend, weights)
    return np.inf if variant_guard == "veto" else 0.0


def describe(decision: Decision | PairDecision) -> str:
    """Says a decision in words; what adds nothing is left out.

    Example:
      >>> from shopee_tf.systems.grammar import parse_union
      >>> union = parse_union("phash+tfidf~runs/text")
      >>> describe(Decision(union, ((1.0,), (0.25, 0.75)), (0.0, 0.0), (-9.0, 0.5)))
      'phash distance <= 9 or 0.25 tfidf + 0.75 text >= 0.500'
    """
    if isinstance(decision, PairDecision):
        return describe_pairs(decision)
    union, weights, penalties, thresholds, refinements = decision
    lines = [_line(*each) for each in zip(union.blends, penalties, thresholds, strict=True)]
    after = "".join(f", {step.name}{_in_words(step.settings)}" for step in refinements)
    if len(lines) == 1 and len(weights[0]) == 1:
        return lines[0] + after
    blends = rename(union, short_names(union.names)).blends
    said = zip(map(_sum, blends, weights), lines, strict=True)
    spoken = " or ".join(f"{total} {line}" for total, line in said if line != "never") or "never"
    return spoken + after


def _in_words(settings: Mapping[str, Any]) -> str:
    said = ", ".join(f"{name} {value}" for name, value in settings.items())
    return f" ({said})" if said else ""


def _line(blend: Blend, penalty: float, threshold: float) -> str:
    """A threshold as people say it: a distance, a cosine or a sum of cosines."""
    if _is_silent(blend, threshold):
        return "never"
    if is_hash(blend) or is_euclidean(blend):  # of hashes a whole number
        distance = np.floor(-threshold) if is_hash(blend) else -threshold
        line, sign = f"distance <= {distance:.4g}", "-"
    else:
        line, sign = f"{'cosine ' * (len(blend.systems) == 1)}>= {threshold:.3f}", "+"
    if np.isinf(penalty):
        return f"{line} of the same variant"
    return f"{line} (other variants {sign} {penalty:.3g})" if penalty else line


def _is_silent(blend: Blend, threshold: float) -> bool:
    """Whether no pair reaches a threshold."""
    return np.isposinf(threshold) or ((is_hash(blend) or is_euclidean(blend)) and threshold > 0)


def _sum(blend: Blend, weights: tuple[float, ...]) -> str:
    if len(weights) == 1:
        return str(blend)
    pairs = zip(blend.systems, weights, strict=True)
    return " + ".join(f"{weight:.2f} {system}" for system, weight in pairs if weight > 0)
