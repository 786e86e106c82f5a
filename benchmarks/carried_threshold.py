"""What does it cost to choose a threshold elsewhere, and to carry it to another size?

Fold f is scored by the best threshold of fold f + 1 among as many candidates, by its own best, and
by that of fold f + 1 among the fold alone; candidates are the fold, then the whole catalogue. How
thresholds and F1 themselves hang on the size, `evaluate --size_curve` tells.

Usage: python benchmarks/carried_threshold.py --csv=train.csv [--systems=phash,tfidf,idf] [--fold=1]
"""

import argparse

import numpy as np

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.matching.thresholds import find_matches, fit_threshold
from shopee_tf.metrics import row_f1
from shopee_tf.systems import Part, Source, System, parse_union


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="phash,tfidf,idf")
    parser.add_argument("--fold", type=int, default=1)
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    systems = [parse_union(name).blends[0].systems[0] for name in args.systems.split(",")]
    print("| system | N | fold f+1's line | F1 | own best line | F1 | fold f+1's, small N | F1 |")
    for system in systems:
        for whole in (False, True):
            print(fold_line(catalog, system, args.fold, whole))


def fold_line(catalog: Catalog, system: System, fold: int, whole: bool) -> str:
    rows = fold_rows(assign_folds(catalog), fold)
    everyone = np.arange(len(catalog), dtype=np.int32)
    source, labels = Source(catalog), catalog.labels

    def part(queries: np.ndarray, among_all: bool) -> Part:
        return Part(source, candidates=everyone if among_all else queries, queries=queries)

    def fit(found: Part) -> tuple[float, float]:
        return fit_threshold(found.neighbors(system), labels, candidates=found.candidates)

    scored = part(rows.score, whole)
    other, _ = fit(part(rows.choose, whole))
    own, own_f1 = fit(scored)
    small, _ = fit(part(rows.choose, False))
    f1 = [
        row_f1(find_matches(scored.neighbors(system), line), labels, candidates=scored.candidates)
        for line in (other, small)
    ]
    return (
        f"| {system} | {len(scored.candidates):,} | {other:.3f} | {f1[0]:.4f} | "
        f"{own:.3f} | {own_f1:.4f} | {small:.3f} | {f1[1]:.4f} |"
    )


if __name__ == "__main__":
    main()
