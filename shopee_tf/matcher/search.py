"""The search for how systems best decide together: a step is kept if it wins by every measure."""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.folds import product_components
from shopee_tf.matching.refinements import REFINEMENTS, Step
from shopee_tf.metrics import row_f1, strict_f1
from shopee_tf.systems import FUSIONS, SETS, Part, Source, Union, decide, fit_decision
from shopee_tf.systems.grammar import is_euclidean
from tfrecords.errors import DataError

_MOST_ROWS = 8192  # more take long, and choose the same


class Recipe(NamedTuple):
    """How systems decide together: the arguments of `systems.fit_decision`."""

    fusion: str = "union"
    sets: str = "threshold"
    variant_guard: str = "none"
    refinements: tuple[Step, ...] = ()


class Measures(NamedTuple):
    """What a recipe is worth on listings that it was not fitted on."""

    f1: float
    f1_twice: float  # in a catalogue twice as large as that which it was fitted on
    f1_strict: float  # where a stranger among the matches counts double


class Tried(NamedTuple):
    """A step of the search."""

    name: str
    measures: Measures | None  # None where there was too little to fit it on
    kept: bool


class Found(NamedTuple):
    """The recipe that won, and all that was tried, the start first."""

    recipe: Recipe
    tried: list[Tried]


def search_recipe(
    union: Union,
    source: Source,
    rows: np.ndarray,
    *,
    opt_in: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Tries one step after the other, and keeps those that win by all three measures.

    The products of `rows`, of more than 8,192 rows a draw of them, are dealt to two halves. Each
    half in turn is fitted on, the other is scored: alone, and searched together with the first, a
    catalogue of twice the size.

    Args:
      union: the systems.
      source: the labelled catalogue.
      rows: [m] int32 rows to fit on, ascending.
      opt_in: also try what assumes that every listing has a partner, which real catalogues break.
      progress: called with the steps tried and the steps there are at most.

    Raises:
      DataError: there are fewer than two products, or see `fit_decision`.
    """
    halves = _halves(union, source, rows)
    recipe = Recipe()
    best = _measure(recipe, halves)
    tried = [Tried("union, thresholds", best, True)]
    steps = list(_steps(union, opt_in, photos=source.catalog.images is not None))
    for number, (name, step) in enumerate(steps):
        new = step(recipe)
        if new is not None:
            measures = _try(new, halves)
            kept = measures is not None and all(map(operator.gt, measures, best))
            tried.append(Tried(name, measures, kept))
            if kept:
                recipe, best = new, measures
        if progress is not None:
            progress(number + 1, len(steps))
    return Found(recipe, tried)


class _Half(NamedTuple):
    union: Union
    fit: Part
    score: Part
    twice: Part


def _halves(union, source, rows) -> list[_Half]:
    components = product_components(source.catalog)[rows]
    order = np.random.default_rng(0).permutation(components.max() + 1)[components]
    if len(rows) > _MOST_ROWS:
        drawn = order <= np.sort(order)[_MOST_ROWS - 1]
        rows, order = rows[drawn], order[drawn]
    first = np.unique(order, return_inverse=True)[1] % 2 == 0
    parts = [rows[first], rows[~first]]
    if not all(map(len, parts)):
        raise DataError("a search deals products to two halves: there is but one product")

    def part(candidates, queries):
        return Part(source, candidates=candidates, queries=queries)

    alone = [part(half, half) for half in parts]
    return [_Half(union, alone[one], alone[1 - one], part(rows, parts[1 - one])) for one in (0, 1)]


def _try(recipe, halves) -> Measures | None:
    try:
        return _measure(recipe, halves)
    except DataError:
        return None


def _measure(recipe: Recipe, halves: Sequence[_Half]) -> Measures:
    found = []
    for union, fit, score, twice in halves:
        decision = fit_decision(union, fit, **recipe._asdict()).decision
        labels = fit.source.catalog.labels
        matches = decide(decision, score).matches
        among = {"candidates": score.candidates}
        found.append(
            (
                row_f1(matches, labels, **among),
                row_f1(decide(decision, twice).matches, labels, candidates=twice.candidates),
                strict_f1(matches, labels, **among),
            )
        )
    return Measures(*np.mean(found, axis=0).tolist())


def _steps(union: Union, opt_in: bool, *, photos: bool) -> Iterator[tuple[str, Callable]]:
    """Steps by name: each makes a recipe of a recipe, or None where it has no place in it."""
    yield "variant guard", lambda recipe: _of_union(recipe, variant_guard="penalty")
    for name, refinement in REFINEMENTS.items():
        if (refinement.needs_photos and not photos) or (refinement.opt_in and not opt_in):
            continue
        for settings in refinement.settings:
            yield _called(name, settings), _refining(Step(name, settings))
    if any(map(is_euclidean, union.blends)):  # distances cannot be fused
        return
    for fusion in FUSIONS[1:]:
        yield fusion, lambda recipe, fusion=fusion: Recipe(fusion, recipe.sets)
    for sets in SETS[1:]:
        yield sets, lambda recipe, sets=sets: _of_probabilities(recipe, sets)


def _of_union(recipe, **change):
    return recipe._replace(**change) if recipe.fusion == "union" else None


def _refining(step):
    """A second setting of a refinement takes the place of the first."""

    def refined(recipe):
        others = tuple(one for one in recipe.refinements if one.name != step.name)
        return _of_union(recipe, refinements=(*others, step))

    return refined


def _of_probabilities(recipe, sets):
    return None if recipe.fusion == "union" else recipe._replace(sets=sets)


def _called(name, settings):
    said = ", ".join(f"{key} {value}" for key, value in settings.items())
    return f"{name} ({said})" if said else name
