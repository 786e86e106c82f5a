"""How many listings without a partner are given one, where a share of the true pairs is found?

Of fold f, searched alone, whole products with 30 % of the listings are thinned to one listing
each (`evaluation.open_set`). A line on the score of a pair is drawn where it has a recall of 0.5,
0.7, 0.8 and 0.9; counted are the partnerless listings with a pair above it. Beside it, how well the
probability of no match tells them: its area under the curve (AUC), its mean, and the true share.
Probabilities, and the weights of a blend, are fitted on fold f + 1, thinned alike. Fold 0 is the
one reported elsewhere, so it is not looked at.

A score is the name of a system (`shopee_tf.systems`), or pairs: and a union of systems, for the
probabilities of the model of pairs.

Usage: python benchmarks/open_set.py --csv=train.csv [--scores=phash,pairs:tfidf+phash]
"""

import argparse
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from isotonic import fit_curve, probabilities
from sklearn.metrics import roc_auc_score

from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.evaluation.open_set import RECALLS, false_matches, partnerless, remove_partners
from shopee_tf.matching.blending import Candidates, blend
from shopee_tf.matching.expected_f1 import best_sets
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems import Part, Source, fit_decision, judge, parse_union
from shopee_tf.systems.judged import as_probabilities, expected_sets


class Scored(NamedTuple):
    """What a score says of the pairs of a fold, and how probable it is that a row has none."""

    neighbors: Neighbors
    no_match: np.ndarray  # [m] float64


Scorer = Callable[[Source, np.ndarray, np.ndarray], Scored]
"""Takes the catalogue, the rows to fit on, and those to score: both thinned, each all there is."""


def of_pairs(systems: str) -> Scorer:
    """Ranks by the probabilities of a model of pairs."""

    def score(source: Source, choose: np.ndarray, rows: np.ndarray) -> Scored:
        fit, part = (Part(source, candidates=part, queries=part) for part in (choose, rows))
        decision = fit_decision(parse_union(systems), fit, fusion="pairs").decision
        judged = judge(decision, part)
        pairs = as_probabilities(judged)
        candidates = Candidates(pairs.rows, pairs.others, pairs.probability[None])
        found = blend(candidates, [1.0], k=pairs.others.shape[1] + 1)
        return Scored(found, expected_sets(judged).no_match)

    return score


def of_system(system: str) -> Scorer:
    """Ranks by the similarities of a system or a blend; one rising curve makes probabilities."""

    def score(source: Source, choose: np.ndarray, rows: np.ndarray) -> Scored:
        of = parse_union(system).blends[0]
        parts = [Part(source, candidates=part, queries=part) for part in (choose, rows)]
        weights = parts[0].fit_weights(of)
        fit, found = (part.blended(of, weights) for part in parts)
        pairs = probabilities(found, fit_curve(fit, source.catalog.labels))
        query, column = np.nonzero(pairs.others >= 0)
        chances = pairs.probability[query, column]
        return Scored(found, best_sets(query, chances, num_rows=len(pairs.rows)).no_match)

    return score


def measure(scored: Scored, labels: np.ndarray) -> list[float]:
    """Rates of false matches by either recall, then AUC, mean and truth of "no match"."""
    alone = partnerless(labels, scored.neighbors.rows)
    rates = [false_matches(scored.neighbors, labels, of=of).rates for of in ("rows", "pairs")]
    auc = roc_auc_score(alone, scored.no_match)
    return [*np.concatenate(rates), auc, scored.no_match.mean(), alone.mean()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--scores", default="phash,tfidf")
    parser.add_argument("--folds", default="1,2,3")
    parser.add_argument("--share", type=float, default=0.3)
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group",))
    source, labels, dealt = Source(catalog), catalog.labels, assign_folds(catalog)
    columns = [f"{of} {recall}" for of in ("rows", "pairs") for recall in RECALLS]
    print("| score | " + " | ".join([*columns, "AUC", "no match: mean", "truth"]) + " |")
    for name in args.scores.split(","):
        figures = []
        for fold in map(int, args.folds.split(",")):
            rows = fold_rows(dealt, fold)
            thinned = [
                remove_partners(labels, part, share=args.share, seed=seed)
                for seed, part in enumerate((rows.choose, rows.score), start=2 * fold)
            ]
            kind, colon, systems = name.partition(":")
            pairs = colon and kind == "pairs"
            scorer = of_pairs(systems) if pairs else of_system(name)
            figures.append(measure(scorer(source, *thinned), labels))
        means = " | ".join(f"{value:.4f}" for value in np.mean(figures, axis=0))
        print(f"| {name} | {means} |", flush=True)


if __name__ == "__main__":
    main()
