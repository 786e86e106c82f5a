"""Pictures of a decision by probabilities: do they come true, and where is the line."""

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from shopee_tf.evaluation.plane import draw_plane
from shopee_tf.evaluation.reliability import draw_reliability
from shopee_tf.matching.calibration import Reliability, reliability
from shopee_tf.matching.pair_features import PairTable
from shopee_tf.matching.pair_fusion import fuse
from shopee_tf.matching.pair_model import Evidence
from shopee_tf.systems import PairDecision, Part, judge
from shopee_tf.systems.grammar import short_names
from tfrecords.errors import DataError

LIKELY = 0.01
"""Pairs below this probability are nearly all there are, and nearly all rightly so."""


class Pictures(NamedTuple):
    """What was drawn."""

    reliability: str
    plane: str | None  # None unless there are two systems
    calibration_error: float  # expected, of pairs of 1 % or more


def draw_fusion(decision: PairDecision, part: Part, path: str | os.PathLike) -> Pictures:
    """Draws how well probabilities come true and, of two systems, the plane of both.

    Args:
      decision: fitted elsewhere.
      part: labelled; it is scored there.
      path: a PNG; the pictures are named after it, ending in _reliability.png and _plane.png.

    Raises:
      DataError: no pair has a chance.
      ResourceError: matplotlib is not installed.
    """
    stem = os.path.splitext(os.fspath(path))[0]
    bins = likely_pairs(decision, part)
    if bins is None:
        raise DataError(f"--plot: no pair has a probability of {LIKELY:.0%}; nothing to draw")
    drawn = f"{stem}_reliability.png"
    draw_reliability({decision.fusion.kind: bins}, drawn, title=likely_title(bins))
    if len(decision.union.blends) != 2:
        return Pictures(drawn, None, bins.error)
    return Pictures(drawn, _draw_plane(decision, part, f"{stem}_plane.png"), bins.error)


def likely_pairs(decision: PairDecision, part: Part) -> Reliability | None:
    """Compares the probabilities of pairs that have a chance with what came true; None without."""
    judged, labels = judge(decision, part), part.source.catalog.labels
    likely = judged.probability >= LIKELY
    if not likely.any():
        return None
    hits = labels[judged.other] == labels[judged.rows[judged.query]]
    return reliability(judged.probability[likely], hits[likely])


def likely_title(bins: Reliability) -> str:
    """Says how many pairs a reliability diagram is of."""
    return f"{bins.counts.sum():,} pairs of probability {LIKELY:.0%} or more"


def _draw_plane(decision, part, path):
    systems = [system for blend in decision.union.blends for system in blend.systems]
    table, labels = part.evidence(systems).table, part.source.catalog.labels
    hits = labels[table.rows[table.query]] == labels[table.rows[table.other]]
    short = short_names(decision.union.names)
    draw_plane(
        table.similarities,
        hits,
        path,
        names=["^".join(short[name] for name in system.names) for system in systems],
        probability=None if decision.fusion.kind == "pairs" else pair_probability(decision),
        line=decision_line(decision),
    )
    return path


def decision_line(decision: PairDecision) -> float:
    """The probability that a pair must reach by itself, where there is one."""
    if decision.sets == "components":
        return decision.components.threshold
    return decision.threshold if decision.sets == "threshold" else 0.5


def pair_probability(decision: PairDecision) -> Callable[[np.ndarray], np.ndarray]:
    """Returns the probability of pairs of no catalogue: similarities [systems, q] -> [q].

    A model of pairs has none, since it sees more of a pair than similarities.
    """

    def probability(points):
        nothing = np.zeros(points.shape[1], np.int64)
        table = PairTable(np.zeros(1, np.int32), nothing, nothing, nothing, points)
        return fuse(decision.fusion, Evidence(table, np.zeros((3, points.shape[1]), np.float32)))

    return probability
