"""How do thresholds and F1 hang on the size of the catalogue, and on where the threshold is chosen?

First table: whole products are drawn until the catalogue has N listings, all are searched, and the
threshold is the best there is. Second table: fold f is scored, by the best threshold of fold f + 1
among as many candidates, by its own best, and by that of fold f + 1 among the fold alone.

Usage: python benchmarks/catalogue_size.py --csv=train.csv [--systems=phash,tfidf,idf] [--fold=1]
"""

import argparse
from collections.abc import Sequence

import numpy as np

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows, sample_products
from shopee_tf.matching.thresholds import find_matches, fit_threshold
from shopee_tf.metrics import row_f1
from shopee_tf.systems import Part, Source, System, parse_union

HALVINGS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="phash,tfidf,idf")
    parser.add_argument("--fold", type=int, default=1)
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    systems = [parse_union(name).blends[0].systems[0] for name in args.systems.split(",")]
    print("| N | " + " | ".join(f"{system} line | F1" for system in systems) + " |")
    for halvings in reversed(range(HALVINGS)):
        print(drawn_line(catalog, systems, len(catalog) >> halvings))
    print("\n| system | N | fold f+1's line | F1 | own best line | F1 | fold f+1's, small N | F1 |")
    for system in systems:
        for whole in (False, True):
            print(fold_line(catalog, system, args.fold, whole))


def drawn_line(catalog: Catalog, systems: Sequence[System], limit: int) -> str:
    drawn = sample_products(catalog, limit=limit)
    rows = np.arange(len(drawn), dtype=np.int32)
    part = Part(Source(drawn), candidates=rows, queries=rows)
    fits = [fit_threshold(part.neighbors(system), drawn.labels) for system in systems]
    return f"| {len(drawn):,} | " + " | ".join(f"{t:.3f} | {f1:.4f}" for t, f1 in fits) + " |"


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
