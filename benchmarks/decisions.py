"""What is each step of a decision worth, on titles and hashes alone?

Fold f is scored, the decision is fitted on fold f + 1. Three measures: F1 of fold f, searched
alone; the same in a catalogue of twice the size, fold f + 2 added; F1 of fold f where a stranger
among the matches counts double. With --whole: fold f among all listings of the csv, by decisions
fitted on fold f + 1 searched alone, a fifth of the size: carried over as they are, and suited to
the size.

Usage: python benchmarks/decisions.py --csv=train.csv [--folds=0,1,2,3,4] [--whole] [--lines=pairs]
"""

import argparse
import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.matching.refinements import Step
from shopee_tf.metrics import row_f1, strict_f1
from shopee_tf.systems import SETS, PairDecision, Part, Source, decide, fit_decision, parse_union

STEPS = ("byte_escapes", "accents", "units", "promo", "punctuation", "stop_words", "stem")
PLAIN, BEST = "tfidf+phash", "idf_shared~idf_chars_shared+phash"
PHOTOS = Step("identical_photos", {})
EXPANSION = Step("query_expansion", {"top": 2, "alpha": 2.0})
GUARD = {"variant_guard": "penalty"}


class Line(NamedTuple):
    """A line of the table."""

    name: str
    systems: str
    title_steps: tuple[str, ...]
    how: dict  # arguments of fit_decision


LINES = (
    Line("TF-IDF + pHash, two thresholds", PLAIN, (), {}),
    Line("+ titles normalised", PLAIN, STEPS, {}),
    Line("+ shared words ~ shared characters", BEST, STEPS, {}),
    Line("+ variant guard", BEST, STEPS, GUARD),
    Line(
        "+ titles averaged over identical photos", BEST, STEPS, {**GUARD, "refinements": (PHOTOS,)}
    ),
    Line("+ query expansion", BEST, STEPS, {**GUARD, "refinements": (PHOTOS, EXPANSION)}),
    *(
        Line(f"fusion {kind}", BEST, STEPS, {"fusion": kind})
        for kind in ("sum", "squared", "noisy_or", "boundary", "pairs")
    ),
    *(Line(f"pairs, {sets}", BEST, STEPS, {"fusion": "pairs", "sets": sets}) for sets in SETS[1:]),
    Line("TF-IDF, pHash: pairs, groups", PLAIN, (), {"fusion": "pairs", "sets": "groups"}),
)
WHOLE = (LINES[0], LINES[3], LINES[-3])
KINDS = ("threshold", "expected_f1", "groups")  # all that a decision by groups is fitted for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--folds", default="1,2,3")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--lines", default="", help="only lines that have this in their names")
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    sources = {steps: Source(catalog, title_steps=steps) for steps in ((), STEPS)}
    folds, numbers = assign_folds(catalog), [int(fold) for fold in args.folds.split(",")]
    measured, lines = (among_all, WHOLE) if args.whole else (three_measures, LINES)
    lines = [line for line in lines if args.lines in line.name]
    found: dict[str, list[dict]] = {}
    for name, fold, figures in measured(lines, sources, folds, numbers):
        print(json.dumps({"line": name, "fold": fold, **figures}), flush=True)
        found.setdefault(name, []).append(figures)
    for name, each in found.items():
        means = {key: round(float(np.mean([one[key] for one in each])), 4) for key in each[0]}
        print(json.dumps({"line": name, "folds": len(each), **means}))


def three_measures(lines, sources, folds, numbers) -> Iterator[tuple[str, int, dict]]:
    for fold in numbers:
        rows = fold_rows(folds, fold)
        both = np.flatnonzero(np.isin(folds, (fold, (fold + 2) % 5))).astype(np.int32)
        parts = {
            steps: (
                Part(source, candidates=rows.choose, queries=rows.choose),
                Part(source, candidates=rows.score, queries=rows.score),
                Part(source, candidates=both, queries=rows.score),
            )
            for steps, source in sources.items()
        }
        for name, systems, steps, how in lines:
            choose, score, twice = parts[steps]
            decision = fit_decision(parse_union(systems), choose, **how).decision
            labels = score.source.catalog.labels
            alone, large = decide(decision, score).matches, decide(decision, twice).matches
            figures = {
                "f1": row_f1(alone, labels),
                "twice the size": row_f1(large, labels, candidates=both),
                "strangers double": strict_f1(alone, labels),
            }
            yield name, fold, {key: round(value, 4) for key, value in figures.items()}


def among_all(lines, sources, folds, numbers) -> Iterator[tuple[str, int, dict]]:
    for name, systems, steps, how in lines:
        source = sources[steps]
        everyone = np.arange(len(source.catalog), dtype=np.int32)
        whole = Part(source, candidates=everyone, queries=everyone)
        for fold in numbers:
            rows = fold_rows(folds, fold)
            choose = Part(source, candidates=rows.choose, queries=rows.choose)
            decision = fit_decision(parse_union(systems), choose, **how).decision
            yield name, fold, _of_fold(decision, whole, rows.score)


def _of_fold(decision, whole, rows) -> dict[str, float]:
    kinds = {"carried": decision}
    if isinstance(decision, PairDecision):
        unscaled = decision._replace(sets="threshold", num_candidates=len(whole.candidates))
        kinds = {"carried": unscaled, **{sets: decision._replace(sets=sets) for sets in KINDS}}
    figures = {}
    for kind, one in kinds.items():
        matches = decide(one, whole).matches
        among = {"candidates": whole.candidates}
        mine = {row: matches[row] for row in rows.tolist()}
        figures[kind] = round(row_f1(mine, whole.source.catalog.labels, **among), 4)
    return figures


if __name__ == "__main__":
    main()
