"""What is each refinement of neighbours worth to the systems of titles?

Every setting of every refinement (`matching.refinements`), each applied alone, by four measures:
F1 of a fold searched alone, F1 of two folds searched as one (twice the size), F1 of a fold with
false positives counted double, and F1 of a fold in which three products of ten keep one listing:
every product of this catalogue has several, which real ones do not. Blend weights and thresholds
are chosen on the next fold, or on the two other folds, by the same measure; folds 1 to 3 are
scored, 4 only chooses, 0 is not looked at. "chosen" is the setting that was best where it was
chosen; "*" marks settings that are better than no refinement by all measures. With --vectors
expansion and blending are applied to the embeddings, and these searched again. --first applies
steps before every other.

Usage: python benchmarks/refinements.py --csv=train.csv [--systems=idf_shared] [--vectors]
       [--steps=query_expansion,mutual_rank] [--guard=0.1]
       [--first='[["mutual_rank", {"rank": 5, "penalty": 0.1}]]']
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import assign_folds
from shopee_tf.matching.affinity import sorted_neighbors
from shopee_tf.matching.identical_photos import average_embeddings
from shopee_tf.matching.neighborhood_blending import blend_embeddings
from shopee_tf.matching.query_expansion import expand_embeddings
from shopee_tf.matching.refinements import REFINEMENTS, Step, refine
from shopee_tf.matching.variant_guard import guard
from shopee_tf.metrics import group_sizes
from shopee_tf.retrieval.embeddings import Embeddings, take_rows
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from shopee_tf.retrieval.pair_cosines import PairCosines
from shopee_tf.systems import Part, Source, parse_union

TITLE_STEPS = ("byte_escapes", "accents", "units", "promo", "punctuation", "stop_words", "stem")
SINGLE = (((2,), (1,)), ((3,), (2,)), ((4,), (3,)))  # the folds that choose, those scored
DOUBLE = (((3, 4), (1, 2)), ((2, 4), (1, 3)), ((1, 4), (2, 3)))
THINNED = tuple((*split, "thinned") for split in SINGLE)
MEASURES = (
    ("F1", SINGLE, 1),
    ("twice the size", DOUBLE, 1),
    ("wrong counts double", SINGLE, 2),
    ("3 of 10 alone", THINNED, 1),
)
VECTOR_SETTINGS = {
    "query_expansion": [{"top": top, "alpha": alpha} for top in (2, 3, 5) for alpha in (0, 1, 3)],
    "neighborhood_blending": [
        {"thresholds": stages} for stages in ((0.4,), (0.5,), (0.6,), (0.7,), (0.5, 0.7))
    ],
    "identical_photos": [{}],
}


class Side(NamedTuple):
    """Folds searched as one, by a system with its weights."""

    neighbors: Neighbors
    embeddings: Embeddings | None  # whose cosines are the similarities


class Marks(NamedTuple):
    """A measure where thresholds are chosen, and where they are scored."""

    chosen: float
    scored: float


def after_each(neighbors: Neighbors, labels: np.ndarray, cost: int) -> np.ndarray:
    """The F1 of each row after its first 1, 2, ... k neighbours: [m, k]."""
    found, rows = neighbors.neighbors, neighbors.rows
    hits = (labels[found] == labels[rows][:, None]) & (found >= 0)
    right, wrong = hits.cumsum(axis=1), (~hits & (found >= 0)).cumsum(axis=1)
    truth = group_sizes(labels, rows)[rows]
    return 2 * right / (truth[:, None] + right + cost * wrong)


def measure(choose: Neighbors, score: Neighbors, labels: np.ndarray, *, cost: int) -> Marks:
    """The best threshold of one side, applied to the other."""
    curve = after_each(choose, labels, cost)
    gains, values = np.diff(curve, axis=1).ravel(), choose.similarities[:, 1:].ravel()
    order = np.argsort(-values, kind="stable")
    gains, values = gains[order].cumsum(), values[order].astype(np.float64)
    ends = np.append(values[1:] < values[:-1], True) & np.isfinite(values)
    gains, values = gains[ends], values[ends]
    best = int(np.argmax(gains))
    line = values[best : best + 2].mean()
    kept = (score.similarities[:, 1:] >= line).sum(axis=1)
    scored = after_each(score, labels, cost)[np.arange(len(kept)), kept].mean()
    return Marks(curve[:, 0].mean() + gains[best], scored)


def thinned(side: Side, labels: np.ndarray) -> Side:
    """The side without all but the first listing of three products in ten."""
    rows, found, similarities = side.neighbors
    first = np.zeros(len(labels), bool)
    first[rows[np.unique(labels[rows], return_index=True)[1]]] = True
    keep = first | (labels % 10 >= 3)
    here = keep[rows]
    similarities = np.where(keep[found] & (found >= 0), similarities, -np.inf)
    found = sorted_neighbors(side.neighbors, similarities)
    found = Neighbors(*(field[here] for field in found))
    embeddings = side.embeddings and take_rows(side.embeddings, rows[here])
    return Side(found, embeddings)


def joined(part: Part, system: str, weights: tuple[float, ...]) -> Embeddings:
    """Embeddings whose cosines are the weighted sum of the systems' cosines."""
    systems = parse_union(system).blends[0].systems
    views = [part.source.view(each, part.candidates).embeddings for each in systems]
    units = [PairCosines(view).units * np.sqrt(w) for view, w in zip(views, weights, strict=True)]
    return Embeddings(part.candidates, sparse.csr_matrix(sparse.hstack(units)))


def open_sides(source, dealt, system: str, *, vectors: bool) -> dict[tuple, tuple[Side, Side]]:
    """Both sides of every split, the weights of a blend fitted where thresholds are chosen."""
    blend, parts = parse_union(system).blends[0], {}

    def part(folds: tuple[int, ...]) -> Part:
        if folds not in parts:
            rows = np.flatnonzero(np.isin(dealt, folds)).astype(np.int32)
            parts[folds] = Part(source, candidates=rows, queries=rows)
        return parts[folds]

    def side(folds: tuple[int, ...], weights: tuple[float, ...]) -> Side:
        embeddings = joined(part(folds), system, weights) if vectors else None
        return Side(part(folds).blended(blend, weights), embeddings)

    sides = {}
    for split in SINGLE + DOUBLE:
        weights = part(split[0]).fit_weights(blend)
        sides[split] = tuple(side(folds, weights) for folds in split)
    return sides


def from_vectors(step: Step, side: Side, photos: np.ndarray) -> Neighbors:
    """What `refine` does, on the embeddings."""
    if step.name == "identical_photos":
        return cosine_neighbors(average_embeddings(side.embeddings, photos))
    if step.name == "query_expansion":
        return cosine_neighbors(expand_embeddings(side.embeddings, side.neighbors, **step.settings))
    return cosine_neighbors(blend_embeddings(side.embeddings, cosine_neighbors, **step.settings))


def measure_all(
    sides: dict[tuple, tuple[Side, Side]],
    change: Callable[[Side], Neighbors],
    labels: np.ndarray,
) -> list[list[Marks]]:
    """The marks of each measure and split: [measures][splits]."""
    changed = {split: tuple(map(change, both)) for split, both in sides.items()}
    return [
        [measure(*changed[split], labels, cost=cost) for split in splits]
        for _, splits, cost in MEASURES
    ]


def line(name: str, marks: list[list[Marks]], plain: list[list[Marks]], seconds: float) -> str:
    """A row of the table: each measure, and what it gained."""
    means = [np.mean([mark.scored for mark in each]) for each in marks]
    before = [np.mean([mark.scored for mark in each]) for each in plain]
    star = "*" if all(mean > old for mean, old in zip(means, before, strict=True)) else ""
    cells = [f"{mean:.4f} ({mean - old:+.4f})" for mean, old in zip(means, before, strict=True)]
    return f"| {name}{star} | {' | '.join(cells)} | {seconds:.1f} |"


def chosen(every: list[list[list[Marks]]]) -> list[list[Marks]]:
    """Of several settings, the best where it is chosen, for each measure and split."""
    return [
        [max(splits, key=lambda mark: mark.chosen) for splits in zip(*settings, strict=True)]
        for settings in zip(*every, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--systems", default="idf_shared~idf_chars_shared")
    parser.add_argument("--steps", default=",".join(REFINEMENTS))
    parser.add_argument("--vectors", action="store_true")
    parser.add_argument("--guard", type=float, default=0.0, help="penalty of other variants, last")
    parser.add_argument("--first", type=json.loads, default=[], help="steps before every other")
    args = parser.parse_args()
    catalog = read_catalog(args.csv, require=("label_group", "image"))
    dealt, source = assign_folds(catalog), Source(catalog, title_steps=TITLE_STEPS)
    photos, labels = catalog.images, catalog.labels
    settings = {name: each.settings for name, each in REFINEMENTS.items()}
    settings = VECTOR_SETTINGS if args.vectors else settings

    def prepared(side: Side) -> Neighbors:
        found = side.neighbors
        for step in args.first:
            found = refine(Step(*step), found, photos=photos)
        return found

    def finished(found: Neighbors) -> Neighbors:
        return guard(found, catalog.titles, penalty=args.guard) if args.guard else found

    for system in args.systems.split(","):
        sides = open_sides(source, dealt, system, vectors=args.vectors)
        for split in THINNED:
            sides[split] = tuple(thinned(side, labels) for side in sides[split[:2]])
        sides = {
            split: tuple(side._replace(neighbors=prepared(side)) for side in both)
            for split, both in sides.items()
        }
        plain = measure_all(sides, lambda side: finished(side.neighbors), labels)
        print(f"\n| {system} | {' | '.join(name for name, _, _ in MEASURES)} | seconds |")
        print(line("as found", plain, plain, 0), flush=True)
        for name in args.steps.split(","):
            every, total = [], 0.0
            for each in settings.get(name, ()):
                step, start = Step(name, each), time.perf_counter()

                def change(side: Side, step: Step = step) -> Neighbors:
                    if args.vectors:
                        return finished(from_vectors(step, side, photos))
                    return finished(refine(step, side.neighbors, photos=photos))

                every.append(measure_all(sides, change, labels))
                seconds = time.perf_counter() - start
                total += seconds
                said = ", ".join(f"{key} {value}" for key, value in each.items())
                print(line(f"{name} {said}".strip(), every[-1], plain, seconds), flush=True)
            if len(every) > 1:
                print(line(f"{name}, chosen", chosen(every), plain, total), flush=True)


if __name__ == "__main__":
    main()
