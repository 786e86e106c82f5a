"""What is each step of title normalisation worth to TF-IDF?

Every option on the words and on the characters of the titles. Held-out: fold f searched alone, the
threshold chosen on fold f + 1; whole: all titles, the threshold chosen on them. Choose steps by a
fold that is never reported. "raw" are titles as the csv has them; all others begin with
`clean_title`, as catalogues do.

Usage: python benchmarks/title_options.py --csv=train.csv [--fold=1] [--systems=tfidf,tfidf_chars]
       [--options="units;units,promo"] [--whole]
"""

import argparse
import time
from collections.abc import Iterator, Sequence

import numpy as np

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.data.title_normalization import STEPS, normalize_title
from shopee_tf.matching.thresholds import find_matches, fit_threshold
from shopee_tf.metrics import row_f1
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings


def options() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Nothing, then each step alone."""
    yield "none", ()
    for step in STEPS:
        yield step, (step,)


def search(titles: Sequence[str], rows: np.ndarray, system: str) -> Neighbors:
    found = tfidf_embeddings(titles[rows], rows=rows, **TFIDF_SYSTEMS[system])
    return cosine_neighbors(found, k=50)


def held_out(titles: np.ndarray, catalog: Catalog, fold: int, system: str) -> tuple[float, float]:
    """The F1 of a fold, and the threshold, chosen on the next."""
    rows = fold_rows(assign_folds(catalog), fold)
    fit = fit_threshold(search(titles, rows.choose, system), catalog.labels)
    matches = find_matches(search(titles, rows.score, system), fit.threshold)
    return row_f1(matches, catalog.labels), fit.threshold


def whole(titles: np.ndarray, catalog: Catalog, system: str) -> float:
    rows = np.arange(len(catalog), dtype=np.int32)
    return fit_threshold(search(titles, rows, system), catalog.labels).f1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--fold", type=int, default=1)
    parser.add_argument("--systems", default="tfidf,tfidf_chars")
    parser.add_argument("--options", help="steps joined by commas, options by semicolons")
    parser.add_argument("--whole", action="store_true")
    args = parser.parse_args()
    catalog = read_catalog(args.csv)
    raw = read_catalog(args.csv, decode_byte_titles=False)
    named = [(name, tuple(name.split(","))) for name in (args.options or "").split(";") if name]
    print("option, seconds, distinct words;", args.systems)
    for name, steps in [("raw", ()), *(named or options())]:
        source = raw if name == "raw" else catalog
        start = time.perf_counter()
        titles = np.array([normalize_title(title, steps) for title in source.titles], object)
        taken = time.perf_counter() - start
        words = len({word for title in titles for word in title.lower().split()})
        cells = [f"{name:40}", f"{taken:5.1f}", f"{words:6}"]
        for system in args.systems.split(","):
            f1, threshold = held_out(titles, catalog, args.fold, system)
            cells.append(f"{f1:.4f} (cosine {threshold:.3f})")
            if args.whole:
                cells.append(f"whole {whole(titles, catalog, system):.4f}")
        print("  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
