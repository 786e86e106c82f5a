"""What is the variant guard worth, and how often is each of its rules right?

For each rule: among pairs of neighbours at or above a similarity, the share of conflicting pairs
that are different products, beside that of all such pairs. For the guard: F1 of each fold f
searched alone, threshold (and penalty) chosen on fold f + 1, without guard, with a veto, with a
fitted penalty. Fold 0 is the one reported, so it is not looked at; nor is 4 scored, which would
choose on it: it only chooses for 3. The rules are judged on all rows but those of fold 0.

Usage: python benchmarks/variant_guard.py --csv=train.csv [--systems=tfidf,tfidf_chars]
       [--steps=units] [--folds=1,2,3] [--above=0.47]
"""

import argparse
import collections
import time

import numpy as np
from title_search import search, search_folds

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import assign_folds
from shopee_tf.data.title_normalization import normalize_title
from shopee_tf.data.variants import Variants, parse_variants
from shopee_tf.matching.thresholds import find_matches
from shopee_tf.matching.variant_conflicts import DEFAULT_KINDS, KINDS, VariantTable
from shopee_tf.matching.variant_guard import PENALTIES, fit_penalty, guard
from shopee_tf.metrics import row_f1
from shopee_tf.retrieval.neighbors import Neighbors


def print_rules(catalog: Catalog, neighbors: Neighbors, above: float) -> None:
    """How often each kind, and each of its dimensions or families, is right."""
    near = (neighbors.similarities >= above) & (neighbors.neighbors > neighbors.rows[:, None])
    query, column = np.nonzero(near)
    pairs = np.stack([neighbors.rows[query], neighbors.neighbors[query, column]])
    wrong = np.not_equal(*catalog.labels[pairs])
    print(f"{len(wrong)} pairs of cosine >= {above}: different products {wrong.mean():.3f}")
    variants = [parse_variants(title) for title in catalog.titles]
    for kind in KINDS:
        count = collections.Counter(name for one in variants for name in getattr(one, kind))
        for name in [None, *(name for name, _ in count.most_common(12))]:
            said = [_only(one, kind, name) for one in variants]
            found = VariantTable(said, kinds=[kind]).conflicts(*pairs)
            share = wrong[found].mean() if found.any() else np.nan
            label = kind if name is None else f"  {name}"
            print(f"{label:12} conflicts {found.sum():5}: different products {share:.3f}")


def _only(one: Variants, kind: str, name: str | None) -> Variants:
    """What a title says of one dimension or family, or of all."""
    said = getattr(one, kind)
    return one if name is None else one._replace(**{kind: {k: said[k] for k in said if k == name}})


def print_guard(catalog: Catalog, neighbors: dict[int, Neighbors], folds: list[int]) -> None:
    """F1 without guard, with a veto and with a fitted penalty."""
    labels, titles = catalog.labels, catalog.titles
    for kinds in (DEFAULT_KINDS, KINDS):
        for name, penalties in (("none", [0]), ("veto", [np.inf]), ("fitted", PENALTIES)):
            f1, chosen = [], []
            for fold in folds:
                fit = fit_penalty(
                    neighbors[fold + 1], labels, titles, penalties=penalties, kinds=kinds
                )
                start = time.perf_counter()
                lowered = guard(neighbors[fold], titles, penalty=fit.penalty, kinds=kinds)
                taken = time.perf_counter() - start
                f1.append(row_f1(find_matches(lowered, fit.threshold), labels))
                chosen.append(fit.penalty)
            each = " ".join(f"{value:.4f}" for value in f1)
            print(f"{'+'.join(kinds):24} {name:7} {np.mean(f1):.4f} ({each})  penalty {chosen}"
                  f"  guard {taken:.2f} s")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="tfidf,tfidf_chars")
    parser.add_argument("--steps", default="")
    parser.add_argument("--folds", default="1,2,3")
    parser.add_argument("--above", type=float, default=0.47)
    args = parser.parse_args()
    catalog = read_catalog(args.csv)
    steps = [step for step in args.steps.split(",") if step]
    titles = np.array([normalize_title(title, steps) for title in catalog.titles], object)
    dealt = assign_folds(catalog)
    rows = np.flatnonzero(dealt != 0).astype(np.int32)
    print_rules(catalog, search(titles, rows, "tfidf"), args.above)
    folds = [int(fold) for fold in args.folds.split(",")]
    for system in args.systems.split(","):
        print(system, args.steps)
        print_guard(catalog, search_folds(titles, catalog, folds, system), folds)


if __name__ == "__main__":
    main()
