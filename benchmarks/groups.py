"""Are consistent groups better than a set of matches for each listing?

Fold f is searched alone and scored; all else is fitted on fold f + 1, searched alone too: the
weights of a blend, the isotonic curve that makes probabilities of similarities, the prior of sizes,
and of each way of grouping the settings with the best row F1 there. Fold 0 is the one reported
elsewhere, so it is not looked at; nor is 4 scored, which only chooses for 3.

Usage: python benchmarks/groups.py --csv=train.csv [--systems=tfidf] [--folds=1,2,3]
"""

import argparse
import itertools
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from isotonic import fit_curve, probabilities
from scipy import sparse

from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.matching.group_bridges import connected_groups
from shopee_tf.matching.group_merging import merged_groups
from shopee_tf.matching.group_sizes import count_sizes
from shopee_tf.matching.groups import Groups, group_matches
from shopee_tf.matching.pair_probabilities import symmetric
from shopee_tf.matching.thresholds import find_matches, fit_threshold
from shopee_tf.metrics import Matches, bcubed, group_f1, pair_agreement, row_f1
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems import Part, Source, parse_union

LINES = np.arange(0.3, 1, 0.05)
DEFAULTS = (0.001, 0.003, 0.01, 0.03)
WEIGHTS = (0.25, 0.5, 1.0)
SMOOTHINGS = (10.0, 100.0, 1000.0)


class Fold(NamedTuple):
    """One fold searched alone."""

    rows: np.ndarray
    neighbors: Neighbors
    graph: sparse.csr_array


Way = tuple[list[dict], Callable[..., Groups]]


def ways(sizes_of: np.ndarray) -> dict[str, Way]:
    """Each way of grouping: the settings to choose from, and what makes groups of a fold."""

    def connected(fold: Fold, **settings) -> Groups:
        return connected_groups(fold.rows, fold.graph, **settings)

    def merged(fold: Fold, **settings) -> Groups:
        return merged_groups(fold.rows, fold.graph, **settings)

    def cutting(rule: str) -> list[dict]:
        lines = [
            (line, strong) for line, strong in itertools.product(LINES, LINES) if strong > line
        ]
        return [{"threshold": line, "strong": strong, "rule": rule} for line, strong in lines]

    priors = [count_sizes(sizes_of, smoothing=smoothing) for smoothing in SMOOTHINGS]
    prior = [
        {"default": default, "weight": weight, "prior": prior}
        for default, weight, prior in itertools.product(DEFAULTS, WEIGHTS, priors)
    ]
    return {
        "components": ([{"threshold": line, "rule": "none"} for line in LINES], connected),
        "components less weak bridges": (cutting("bridge"), connected),
        "components less weak edges without triangle": (cutting("triangle"), connected),
        "merged, no prior of sizes": ([{"default": default} for default in DEFAULTS], merged),
        "merged, prior of sizes": (prior, merged),
    }


def unlimited_f1(groups: Groups, labels: np.ndarray) -> float:
    """Row F1 without the limit of 50 matches: as good to choose by, and quick."""
    return group_f1(groups.labels, labels[groups.rows]).mean()


def matches_of(fold: Fold, way: Way, settings: dict) -> Matches:
    return group_matches(way[1](fold, **settings), fold.graph)


def open_folds(source: Source, dealt: np.ndarray, fold: int, system: str) -> tuple[Fold, Fold]:
    """Fold f + 1, which chooses, and fold f, which is scored."""
    blend = parse_union(system).blends[0]
    rows, labels = fold_rows(dealt, fold), source.catalog.labels
    parts = [Part(source, candidates=part, queries=part) for part in (rows.choose, rows.score)]
    weights = parts[0].fit_weights(blend)
    found = [part.blended(blend, weights) for part in parts]
    curve = fit_curve(found[0], labels)
    graphs = [symmetric(probabilities(neighbors, curve)) for neighbors in found]
    return tuple(map(Fold, (rows.choose, rows.score), found, graphs))


def scores(matches: Matches, labels: np.ndarray) -> list[float]:
    return [row_f1(matches, labels), bcubed(matches, labels).f1, pair_agreement(matches, labels).f1]


def row_sets(neighbors: Neighbors, line: float, least: int) -> Matches:
    """What stands at or above a line, and the nearest where that is fewer than `least`."""
    nearest = find_matches(neighbors, -np.inf, limit=least)
    found = find_matches(neighbors, line)
    return {row: max(found[row], nearest[row], key=len) for row in found}


def fit_line(neighbors: Neighbors, labels: np.ndarray, least: int) -> float:
    """The best line of 100 that stand evenly among the similarities; the best of all for one."""
    if least == 1:
        return fit_threshold(neighbors, labels).threshold
    found = neighbors.similarities[:, 1:4]
    lines = np.quantile(found[np.isfinite(found)], np.linspace(0, 1, 100))
    return max(lines, key=lambda line: row_f1(row_sets(neighbors, line, least), labels))


def described(settings: dict) -> str:
    """Settings in short; a prior by its smoothing."""
    values = {key: getattr(value, "smoothing", value) for key, value in settings.items()}
    return ", ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in values.items()
    )


def print_fold(choose: Fold, score: Fold, labels: np.ndarray) -> dict[str, list[float]]:
    """Scores every way on one fold, and prints what was chosen for it."""
    found = {}
    for name, least in {"row sets": 1, "row sets of two at least": 2}.items():
        line = fit_line(choose.neighbors, labels, least)
        found[name] = scores(row_sets(score.neighbors, line, least), labels)
    for name, way in ways(labels[choose.rows]).items():
        best = max(way[0], key=lambda settings: unlimited_f1(way[1](choose, **settings), labels))
        start = time.perf_counter()
        groups = matches_of(score, way, best)
        taken = time.perf_counter() - start
        found[name] = scores(groups, labels)
        print(f"  {name}: {found[name][0]:.4f} {described(best)} {taken:.2f} s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="tfidf", help="blends, separated by commas")
    parser.add_argument("--folds", default="1,2,3")
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    dealt, source = assign_folds(catalog), Source(catalog)
    for system in args.systems.split(","):
        tables = []
        for fold in map(int, args.folds.split(",")):
            print(f"{system} fold {fold}")
            tables.append(print_fold(*open_folds(source, dealt, fold, system), catalog.labels))
        print(f"\n| {system} | row F1 | B-cubed F1 | pair F1 | row F1 of each fold |")
        for name in tables[0]:
            mean = np.mean([table[name] for table in tables], axis=0)
            each = " ".join(f"{table[name][0]:.4f}" for table in tables)
            print(f"| {name} | " + " | ".join(f"{value:.4f}" for value in mean) + f" | {each} |")


if __name__ == "__main__":
    main()
