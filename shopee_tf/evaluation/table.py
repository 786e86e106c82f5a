"""The table of results, as text."""

from collections.abc import Sequence

from shopee_tf.evaluation.columns import in_columns
from shopee_tf.evaluation.scoring import Result
from shopee_tf.systems.grammar import parse_union, rename, short_names

_HEADER = ("system", "F1", "95 %", "precision", "recall", "N", "protocol", "split", "decision")
_MORE = ("system", "mAP", "pair precision", "pair recall", "pair F1", "B-cubed F1")


def as_text(results: Sequence[Result]) -> str:
    """Lays results out in columns, a line each; runs and files go by their last names."""
    return in_columns(result_lines(results))


def result_lines(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """The table of results as cells, its header first."""
    return [_HEADER, *map(_cells, _short_systems(results), results)]


LEGEND = (
    "95 %: where F1 would be in 95 of 100 drawings of the products. N: listings searched. held-out "
    "f/k: thresholds chosen on fold f+1, fold f of k scored, no system trained on either. split: "
    "the same hash, the same folds."
)


def _short_systems(results: Sequence[Result]) -> list[str]:
    unions = [parse_union(result.system) for result in results]
    short = short_names([name for union in unions for name in union.names])
    return [" + ".join(map(str, rename(union, short).blends)) for union in unions]


def _cells(system: str, result: Result) -> tuple[str, ...]:
    low, high = result.f1_interval
    return (
        system,
        _figure(result.f1),
        "-" if result.f1 is None else f"{low:.3f}-{high:.3f}",
        _figure(result.precision),
        _figure(result.recall),
        f"{result.num_candidates:,}",
        result.protocol,
        result.split,
        result.decision,
    )


def more_as_text(results: Sequence[Result]) -> str:
    """Lays out what else is known of the matches: their ranking, pairs and groups."""
    return in_columns(more_lines(results))


def more_lines(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """The same table as cells, its header first."""
    return [_MORE, *map(_more_cells, _short_systems(results), results)]


MORE_LEGEND = (
    "mAP: mean average precision, over listings with a partner, of all that was found. pair: "
    "undirected pairs, all of the catalogue together. B-cubed F1: of the mean precision and "
    "recall. group size: listings of the product among those searched."
)


def _more_cells(system: str, result: Result) -> tuple[str, ...]:
    pairs = (result.pair_precision, result.pair_recall, result.pair_f1)
    return (system, *map(_figure, (result.mean_average_precision, *pairs, result.bcubed_f1)))


def slices_as_text(results: Sequence[Result], by: str) -> str:
    """Lays out the scores by one kind of listing: those of all systems for each value.

    Args:
      results: scored `by` it, on the same listings.
      by: of `slices.SLICES`.
    """
    return in_columns(_slice_lines(results, by))


def f1_lines(results: Sequence[Result], by: str) -> list[tuple[str, ...]]:
    """The F1 by one kind of listing as cells, its header first: a column for each system.

    Args: see `slices_as_text`.
    """
    lines = [(by.replace("_", " "), "listings", *_short_systems(results))]
    for parts in _slices(results, by):
        count = f"{parts[0].num_queries:,}"
        lines.append((parts[0].value, count, *(_figure(part.f1) for part in parts)))
    return lines


def _slices(results, by):
    """For each value of `by` the slice of every result."""
    return zip(*([part for part in r.slices if part.by == by] for r in results), strict=True)


def _slice_lines(results, by):
    systems = _short_systems(results)
    lines = [(by.replace("_", " "), "listings", "system", "F1", "precision", "recall")]
    for found in _slices(results, by):
        for system, part in zip(systems, found, strict=True):
            first = system == systems[0]
            head = (part.value, f"{part.num_queries:,}") if first else ("", "")
            lines.append((*head, system, *map(_figure, (part.f1, part.precision, part.recall))))
    return lines


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
