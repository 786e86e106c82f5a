"""The matches that a report looks into: of a matcher on the catalogue, or of a submission file."""

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.protocol import whole
from shopee_tf.evaluation.scoring import Result, score_submission
from shopee_tf.evaluation.slices import SLICES
from shopee_tf.evaluation.worth import stamp, worth
from shopee_tf.explaining.cards import Explainer
from shopee_tf.explaining.verdicts import judged_of
from shopee_tf.matcher import Matcher, Seen
from shopee_tf.matching.submission import read_submission
from shopee_tf.metrics import Matches
from shopee_tf.systems import Decision, PairDecision, Source, describe, has_trees, judge
from tfrecords.wording import counted


class Predictions(NamedTuple):
    """Matches of every listing of a catalogue."""

    matches: Matches
    decision: Decision | PairDecision | None  # of a matcher
    explainer: Explainer | None  # the matcher, opened on the catalogue
    result: Result | None  # their scores; None where the catalogue has no labels
    origin: str  # what they come from, and what their scores are worth, in words


def of_submission(path: str | os.PathLike, catalog: Catalog) -> Predictions:
    """Reads a submission file, and scores it where there are labels.

    Raises:
      DataError: see `read_submission`.
    """
    matches = read_submission(path, catalog)
    result = None
    if catalog.labels is not None:
        result = score_submission(matches, catalog, whole(catalog), by=tuple(SLICES))
    return Predictions(
        matches, None, None, result, f"The matches are those of {os.path.basename(path)}."
    )


def of_matcher(matcher: Matcher, seen: Seen | None, source: Source) -> Predictions:
    """Matches a catalogue, and scores that where there are labels.

    Args:
      matcher: as loaded.
      seen: what it was fitted and trained on; None where that is not known.
      source: the catalogue with its photos.
    """
    explainer, catalog, decision = Explainer(matcher, source), source.catalog, matcher.decision
    matches, ranked = explainer.decided
    result = None
    if catalog.labels is not None:
        result = score_submission(
            matches, catalog, whole(catalog), ranked=ranked, by=tuple(SLICES),
            system=str(decision.union).replace("+", " + "), decision=describe(decision),
            protocol=stamp(seen, catalog, trees=has_trees(decision)),
        )  # fmt: skip
    origin = f"The matches are those of the matcher on {counted(len(catalog), 'listing')}."
    if result is not None:
        origin += " " + worth(seen, catalog, matcher)
    return Predictions(matches, decision, explainer, result, origin)


def strength(predictions: Predictions) -> Callable[[int, int], float]:
    """Returns how sure a pair of rows is to match: (row, other) -> the more, the surer.

    The probability where a matcher tells any, else minus the place among the matches of either.
    """
    matches, decision, explainer = predictions[:3]

    def place(row, other):
        found = [matches[a].index(b) for a, b in ((row, other), (other, row)) if b in matches[a]]
        return -float(min(found, default=np.inf))

    if not isinstance(decision, PairDecision):
        return place
    judged = judge(decision, explainer.part)

    def probability(row, other):
        others, probabilities = judged_of(judged, row)
        return float(probabilities[others == other].sum())

    return probability
