"""What is each step of title normalisation worth to TF-IDF?

Every option on the words and on the characters of the titles. Held-out: each fold f is searched
alone, the threshold chosen on fold f + 1, F1 averaged over the folds named. Fold 0 is the one
reported, so it is not looked at; nor is 4 scored, which would choose on it: it only chooses for 3.
Whole: all titles, the threshold chosen on them. "raw" are titles as the csv has them; all others
begin with `clean_title`, as catalogues do.

Usage: python benchmarks/title_options.py --csv=train.csv [--folds=1,2,3]
       [--systems=tfidf,tfidf_chars] [--options="units;units,promo"] [--whole]
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from title_search import search, search_folds

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.title_normalization import STEPS, normalize_title
from shopee_tf.matching.thresholds import find_matches, fit_threshold
from shopee_tf.metrics import row_f1


def options() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Nothing, then each step alone."""
    yield "none", ()
    for step in STEPS:
        yield step, (step,)


def held_out(titles: np.ndarray, catalog: Catalog, folds: list[int], system: str) -> list[float]:
    """The F1 of each fold, its threshold chosen on the next."""
    found = search_folds(titles, catalog, folds, system)
    line = {fold: fit_threshold(found[fold + 1], catalog.labels).threshold for fold in folds}
    return [row_f1(find_matches(found[f], line[f]), catalog.labels) for f in folds]


def whole(titles: np.ndarray, catalog: Catalog, system: str) -> float:
    rows = np.arange(len(catalog), dtype=np.int32)
    return fit_threshold(search(titles, rows, system), catalog.labels).f1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", required=True)
    parser.add_argument("--folds", default="1,2,3")
    parser.add_argument("--systems", default="tfidf,tfidf_chars")
    parser.add_argument("--options", help="steps joined by commas, options by semicolons")
    parser.add_argument("--whole", action="store_true")
    args = parser.parse_args()
    catalog = read_catalog(args.csv)
    raw = read_catalog(args.csv, decode_byte_titles=False)
    folds = [int(fold) for fold in args.folds.split(",")]
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
            f1 = held_out(titles, catalog, folds, system)
            each = " ".join(f"{value:.4f}" for value in f1)
            cells.append(f"{np.mean(f1):.4f} ({each})")
            if args.whole:
                cells.append(f"whole {whole(titles, catalog, system):.4f}")
        print("  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
