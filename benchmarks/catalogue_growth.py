"""Does a decision hold in a larger catalogue than the one it was fitted on?

Whole products are drawn until there are N listings, the decision is fitted on these, and applied to
other products, 2, 4 and 8 times as many listings. Columns: the threshold as it was fitted, without
a thought for the size, and sets of the highest expected F1 likewise; each kind of set with the odds
scaled; the best threshold there is for that catalogue (no other decision may look at its labels);
the F1 that was forecast.

Usage: python benchmarks/catalogue_growth.py --csv=train.csv [--systems=...] [--fusion=pairs]
"""

import argparse
import json

import numpy as np

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import product_components
from shopee_tf.matching.pairs import Pairs, sweep
from shopee_tf.metrics import group_sizes, row_f1
from shopee_tf.systems import (
    PairDecision,
    Part,
    Source,
    Union,
    decide,
    fit_decision,
    judge,
    parse_union,
)
from shopee_tf.systems.judged import expected_sets

STEPS = ("byte_escapes", "accents", "units", "promo", "punctuation", "stop_words", "stem")
TIMES = (2, 4, 8)
KINDS = ("threshold", "expected_f1", "groups")  # all that a decision by groups is fitted for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="idf_shared+idf_chars_shared+phash")
    parser.add_argument("--fusion", default="pairs")
    parser.add_argument("--rows", type=int, default=3400)
    parser.add_argument("--draws", type=int, default=6)
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    union = parse_union(args.systems)
    found = [grown(catalog, union, args.fusion, args.rows, seed) for seed in range(args.draws)]
    for place, times in enumerate(TIMES):
        lines = [draw[place] for draw in found]
        means = {name: round(float(np.mean([one[name] for one in lines])), 4) for name in lines[0]}
        print(json.dumps({"times": times, "draws": len(lines), **means}))


def grown(catalog: Catalog, union: Union, fusion: str, rows: int, seed: int) -> list[dict]:
    """The F1 of one drawing at each size."""
    fitted_on = draw(catalog, seed, 0, rows)
    decision = fit_decision(union, fitted_on, fusion=fusion, sets="groups").decision
    found = []
    for times in TIMES:
        part = draw(catalog, seed, rows, times * rows)
        found.append(scores(decision, part, times))
        print(json.dumps({"seed": seed, "times": times, **found[-1]}), flush=True)
    return found


def draw(catalog: Catalog, seed: int, begin: int, count: int) -> Part:
    """A part of `count` listings, of the products from place `begin` on in a drawn order."""
    components = product_components(catalog)
    order = np.random.default_rng(seed).permutation(components.max() + 1)
    listings = np.argsort(order[components], kind="stable")
    rows = np.sort(listings[begin : begin + count]).astype(np.int32)
    source = Source(catalog, title_steps=STEPS)
    return Part(source, candidates=rows, queries=rows)


def scores(decision: PairDecision, part: Part, times: int) -> dict[str, float]:
    labels = part.source.catalog.labels
    unscaled = decision._replace(num_candidates=len(part.candidates))
    carried = decide(unscaled._replace(sets="threshold"), part).matches
    as_fitted = decide(unscaled._replace(sets="expected_f1"), part).matches
    judged = judge(decision, part)
    found = {
        "carried": row_f1(carried, labels),
        "expected F1 unscaled": row_f1(as_fitted, labels),
    }
    for sets in KINDS:
        found[sets] = row_f1(decide(decision._replace(sets=sets), part).matches, labels)
    hits = labels[judged.other] == labels[judged.rows[judged.query]]
    ones = np.ones(len(judged.rows), np.int64)
    truth = group_sizes(labels, part.candidates)[judged.rows]
    pairs = Pairs(judged.query, judged.probability, hits)
    found["best threshold"] = sweep(pairs, predicted=ones, correct=ones, truth=truth)[1].max()
    found["forecast"] = expected_sets(judged).expected_f1.mean()
    return {name: round(float(value), 4) for name, value in found.items()}


if __name__ == "__main__":
    main()
