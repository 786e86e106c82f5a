"""The verdict on a pair, and the rule that gave it in words."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.matching.expected_f1 import best_sets
from shopee_tf.systems.judged import Judged
from shopee_tf.systems.pair_decision import GROUPED, Components, PairDecision
from tfrecords.wording import counted

_MOST_DIGITS = 7  # of a float32


class BlendTest(NamedTuple):
    """What one blend of a union says of a listing's neighbour."""

    blend: str  # as people call it: "phash", "0.25 tfidf + 0.75 text"
    kind: str  # "distance" (similarities are minus distances), "cosine", or "sum" of cosines
    similarity: float | None  # before the penalty; None where nothing is known of either listing
    penalty: float  # taken from it where the titles name other variants, else 0
    vetoed: bool  # other variants never match
    refined: bool  # the similarity of a neighbour found is the refined one
    threshold: float | None  # what must be reached; None: this blend accepts nothing
    found: bool  # among the neighbours that the blend found
    passed: bool


class Verdict(NamedTuple):
    """Whether one listing has another among its matches, and why."""

    accepted: bool
    rule: str
    tests: tuple[BlendTest, ...]  # of a union; of a decision by probabilities there are none


def union_verdict(accepted: bool, tests: Sequence[BlendTest]) -> Verdict:
    """Says which blends took the pair, or how each of them failed to.

    Example:
      >>> test = BlendTest("phash", "distance", -20.0, 0.0, False, False, -9.0, True, False)
      >>> union_verdict(False, [test]).rule
      'phash: distance 20 > 9'
    """
    passed = [test for test in tests if test.passed]
    rule = "; ".join(map(_said, passed if accepted else tests))
    if passed and not accepted:
        rule += "; but a row has no more than 50 matches, and others come first"
    return Verdict(accepted, rule, tuple(tests))


def told_apart(value: float, line: float, form: str = ".3f") -> tuple[str, str]:
    """Writes two numbers, with more digits where they differ and would look the same.

    Example:
      >>> told_apart(0.6051, 0.605), told_apart(0.6, 0.605), told_apart(0.5, 0.5)
      (('0.6051', '0.6050'), ('0.600', '0.605'), ('0.500', '0.500'))
    """
    said, digits = (format(value, form), format(line, form)), int(form[1:-1])
    while said[0] == said[1] and value != line and digits < _MOST_DIGITS:
        digits += 1
        said = tuple(format(number, f".{digits}{form[-1]}") for number in (value, line))
    return said


def _said(test: BlendTest) -> str:
    if test.threshold is None:
        return f"{test.blend}: never, for no threshold of it helped"
    if test.similarity is None:
        return f"{test.blend}: one of the two has no hash or embedding"
    if test.vetoed:
        return f"{test.blend}: the titles name other variants, which never match"
    if test.refined and not test.found:
        return f"{test.blend}: not among the neighbours that refinement left"
    value, line = test.similarity - test.penalty, test.threshold
    over = test.passed or (not test.found and value >= line)
    if test.kind == "distance":
        distance, most = told_apart(0 - value, 0 - line, ".4g")
        said = f"distance {distance} {'<=' if over else '>'} {most}"
    else:
        begin = "cosine " if test.kind == "cosine" else ""
        cosine, least = told_apart(value, line)
        said = f"{begin}{cosine} {'>=' if over else '<'} {least}"
    if test.penalty:
        said += f" ({test.penalty:.3g} for other variants)"
    if test.refined:
        said += ", refined"
    nearer = ", but others are nearer" if over and not test.found else ""
    return f"{test.blend}: {said}{nearer}"


def pair_verdict(
    decision: PairDecision, judged: Judged, row: int, other: int, *, found: bool, accepted: bool
) -> Verdict:
    """Says by which probability a pair was taken or left.

    Args:
      decision: which judged.
      judged: the pairs of all rows.
      row: whose matches are asked about.
      other: the row that is among them, or not.
      found: whether any system found the pair.
      accepted: whether it is a match.
    """
    others, probabilities = judged_of(judged, row)
    (place,) = np.nonzero(others == other)
    unlike = "so unlike that it was looked at no further" if found else "no system found it"
    if decision.sets in GROUPED:
        chance = f"probability {probabilities[place[0]]:.3f}" if len(place) else unlike
        if decision.sets == "components" and len(place):
            chance += _link(probabilities[place[0]], decision.components, accepted)
        return Verdict(accepted, f"in {'one group' if accepted else 'groups apart'}, {chance}", ())
    if not len(place):
        return Verdict(accepted, unlike, ())
    if decision.sets == "threshold":
        return Verdict(accepted, _line(probabilities[place[0]], decision.threshold, accepted), ())
    sets = best_sets(np.zeros(len(others), int), probabilities, num_rows=1)
    size, expected = int(sets.accepted.sum()), float(sets.expected_f1[0])
    which = f"the set of highest expected F1 ({expected:.3f})"
    rank = f"rank {place[0] + 1} of {counted(len(others), 'candidate')} by probability"
    if not size:
        return Verdict(accepted, f"{rank}, and {which} is the listing alone", ())
    side = "within" if accepted else "beyond"
    return Verdict(accepted, f"{rank}, {side} the {size} of {which}", ())


def _link(probability: float, components: Components, accepted: bool) -> str:
    """What a probability by itself says of a pair, and why its group may be another's."""
    line, strong = components
    if probability < line:
        return f" < {line:.3f}" + (", but other links join them" if accepted else "")
    if accepted:
        return f" >= {line:.3f}"
    if probability < strong:
        return f" >= {line:.3f}, but a weak link, cut below {strong:.3f}"
    return f" >= {line:.3f}, but 49 others of the group come first"


def judged_of(judged: Judged, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The candidates of one row and their probabilities, the most probable first."""
    place = np.searchsorted(judged.rows, row)
    start, end = np.searchsorted(judged.query, (place, place + 1))
    return judged.other[start:end], judged.probability[start:end]


def _line(probability: float, line: float, accepted: bool) -> str:
    over = probability >= line
    chance, least = told_apart(probability, line)
    said = f"probability {chance} {'>=' if over else '<'} {least}"
    return said if over == accepted else f"{said}, but 49 others are more probable"
