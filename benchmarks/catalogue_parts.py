"""Does a decision hold in a part of a catalogue, where listings have lost their partners?

A decision is fitted on 3,000 listings of whole products, and applied to other products: 750
listings of whole products, half of the listings of some, an eighth of those of many, and one
listing of each. Partners: the share of listings that have one.

Usage: python benchmarks/catalogue_parts.py --csv=train.csv [--systems=...]
"""

import argparse
import json

import numpy as np

from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import product_components
from shopee_tf.metrics import group_sizes, row_f1
from shopee_tf.systems import Part, Source, decide, fit_decision, parse_union

STEPS = ("byte_escapes", "accents", "units", "promo", "punctuation", "stop_words", "stem")
KINDS = ("threshold", "expected_f1", "groups")
DECISIONS = (
    ("union", "threshold"),
    *((fusion, sets) for fusion in ("boundary", "pairs") for sets in KINDS),
)
FITTED, REST = 3000, 6000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="idf_shared+phash")
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    components, random = product_components(catalog), np.random.default_rng(0)
    order = random.permutation(components.max() + 1)[components]
    drawn = np.argsort(order, kind="stable")
    fitted, rest = drawn[:FITTED], drawn[FITTED : FITTED + REST]
    singles = rest[np.unique(catalog.labels[rest], return_index=True)[1]]
    parts = {
        "whole products": rest[: REST // 8],
        "half of the listings": random.permutation(rest[: REST // 2])[: REST // 4],
        "an eighth of the listings": random.permutation(rest)[: REST // 8],
        "a listing of each product": random.permutation(singles)[: REST // 8],
    }
    source, union = Source(catalog, title_steps=STEPS), parse_union(args.systems)
    opened = {name: open_part(source, rows) for name, rows in parts.items()}
    on = open_part(source, fitted)
    for fusion, sets in DECISIONS:
        decision = fit_decision(union, on, fusion=fusion, sets=sets).decision
        for name, part in opened.items():
            found = decide(decision, part).matches
            f1 = row_f1(found, catalog.labels, candidates=part.candidates)
            alone = group_sizes(catalog.labels, part.candidates)[part.queries] == 1
            figures = {"part": name, "partners": round(1 - float(alone.mean()), 2)}
            print(json.dumps({"decision": f"{fusion}, {sets}", **figures, "f1": round(f1, 4)}))


def open_part(source: Source, rows: np.ndarray) -> Part:
    rows = np.sort(rows).astype(np.int32)
    return Part(source, candidates=rows, queries=rows)


if __name__ == "__main__":
    main()
