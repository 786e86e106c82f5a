"""The matcher: systems and a fitted decision, to match any catalogue with."""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.matcher.search import Recipe, search_recipe
from shopee_tf.matching.refinements import Step
from shopee_tf.metrics import Matches
from shopee_tf.systems import (
    Decision,
    PairDecision,
    Part,
    Source,
    decide,
    fit_decision,
    hash_reach,
    parse_union,
)  # fmt: skip
from tfrecords.errors import DataError, UsageError


class Matcher(NamedTuple):
    """What it takes to match a catalogue."""

    decision: Decision | PairDecision
    title_steps: tuple[str, ...]  # normalise the titles that untrained systems see
    fitted: dict  # f1, num_queries and num_candidates of the fit; tried, where it was searched for

    @property
    def f1_is_out_of_fold(self) -> bool:
        """Whether the F1 of the fit is that of listings not fitted on, as of probabilities.

        Of a union it is that of the very listings that its thresholds were fitted on.
        """
        return isinstance(self.decision, PairDecision)


def fit_matcher(
    systems: Sequence[str],
    source: Source,
    *,
    rows: np.ndarray,
    candidates: np.ndarray | None = None,
    variant_guard: str = "none",
    fusion: str = "union",
    sets: str = "threshold",
    refinements: Sequence[Step] = (),
    search: bool = False,
    opt_in: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Matcher:
    """Fits how `systems` decide together, on labelled rows.

    Args:
      systems: systems or ensembles of them, as `systems.grammar` names them.
      source: the labelled catalogue with its photos.
      rows: [m] int32 rows to fit on, ascending.
      candidates: [c] int32 rows to search, ascending, `rows` among them; all rows where not given.
        The more there are, the tighter the thresholds: as many as a catalogue to be matched has.
      variant_guard: see `systems.fit_decision`, as of the next three.
      fusion: how the systems decide together.
      sets: which pairs match by their probability.
      refinements: of a union, what is done to neighbours before they are judged.
      search: find all of these by `search_recipe`; `fitted["tried"]` tells what each was worth.
      opt_in: see `search_recipe`.
      progress: of a search, called with the steps tried and the steps there are at most.

    Raises:
      DataError: the catalogue has no labels, or lacks what a system needs.
      UsageError: a search, and something that it is to find.
    """
    labels = source.catalog.labels
    if labels is None:
        raise DataError("fitting a decision needs the column label_group")
    if len(np.unique(labels[rows])) == len(rows):
        raise DataError(
            f"no two of the {len(rows):,} listings to fit on are of one product: there is no match "
            "to learn from"
        )
    if candidates is None:
        candidates = np.arange(len(labels), dtype=np.int32)
    part = Part(source, candidates=candidates, queries=rows)
    union = parse_union("+".join(systems))
    source.check(union)
    recipe, tried = Recipe(fusion, sets, variant_guard, tuple(refinements)), []
    if search:
        if recipe != Recipe():
            raise UsageError(
                "a search finds fusion, sets, guard and refinements: give none of them"
            )
        recipe, tried = search_recipe(union, source, rows, opt_in=opt_in, progress=progress)
    fit = fit_decision(union, part, **recipe._asdict())
    fitted = {"f1": fit.f1, "num_queries": len(rows), "num_candidates": len(candidates)}
    if tried:
        fitted["tried"] = [
            [name, measures and list(measures), kept] for name, measures, kept in tried
        ]
    return Matcher(fit.decision, source.title_steps, fitted)


def match_catalog(
    matcher: Matcher, source: Source | Catalog, *, rows: np.ndarray | None = None
) -> Matches:
    """Finds the matches of rows of a catalogue, labelled or not, among all of it.

    Args:
      matcher: fitted on this catalogue or another.
      source: the catalogue; with its photos, where the systems need these.
      rows: [m] ints, the rows asked about; all where not given.

    Returns:
      Of each row asked about, in ascending order.

    Raises:
      UsageError: see `open_part`.
    """
    part = open_part(matcher, source_of(matcher, source), rows=rows)
    return decide(matcher.decision, part).matches


def source_of(matcher: Matcher, source: Source | Catalog) -> Source:
    """The source itself, or that of a catalogue as the matcher wants its titles."""
    if isinstance(source, Catalog):
        return Source(source, title_steps=matcher.title_steps)
    return source


def open_part(matcher: Matcher, source: Source, *, rows: np.ndarray | None = None) -> Part:
    """Opens a catalogue as the decision of a matcher needs it.

    A warning tells where it is less than half or more than twice as large as that which the
    thresholds of a union were fitted for. A decision by probabilities suits itself to a catalogue;
    of one that was calibrated before it knew how to suit a part, a warning tells of less than half.

    Args: see `match_catalog`.

    Raises:
      UsageError: the source normalises titles by other steps than the matcher was fitted with.
      DataError: the catalogue lacks what a system needs.
    """
    source.check(matcher.decision.union)
    if source.title_steps != matcher.title_steps:
        raise UsageError(
            f"fitted with title_steps={','.join(matcher.title_steps) or '(none)'}, the titles were "
            f"normalised by {','.join(source.title_steps) or '(none)'}"
        )
    everything = np.arange(len(source.catalog), dtype=np.int32)
    _warn_of_size(matcher, len(everything))
    return Part(
        source,
        candidates=everything,
        queries=everything if rows is None else np.unique(rows).astype(np.int32),
        max_distance=hash_reach(matcher.decision),
    )


def _warn_of_size(matcher, count):
    fitted = matcher.fitted["num_candidates"]
    sizes = f"{fitted:,}", f"{count:,}"
    if isinstance(matcher.decision, PairDecision):
        if count < fitted / 2 and matcher.decision.share is None:
            logging.warning(
                "fitted among %s listings, this catalogue has %s: where it is a part of a larger "
                "one, whose listings have lost their partners, expect too many matches and too "
                "high a forecast; match new listings with --against=OLDER", *sizes,
            )  # fmt: skip
    elif not fitted / 2 <= count <= fitted * 2:
        logging.warning(
            "the thresholds were fitted for a catalogue of %s listings, this one has %s: "
            "expect too %s matches; calibrate on as many listings as you match",
            *sizes, "few" if count < fitted else "many",
        )  # fmt: skip
