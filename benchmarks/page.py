"""How long does the page in the browser take, on a whole catalogue, until it answers?

Each page is run by Streamlit without a browser, as a visitor would use it; what all visitors share
is made by the first. The titles asked for are drawn from the catalogue, with a word added.

Usage: python benchmarks/page.py --csv=train.csv --matcher=MATCHER [--images=FOLDER] [--titles=5]
"""

import argparse
import os
import resource
import tempfile
import time

import numpy as np
from streamlit.testing.v1 import AppTest

from shopee_tf.app.settings import Settings
from shopee_tf.app.workbench import Workbench, open_workbench


def draw(page, *shared):
    import importlib  # Streamlit runs this function as a script of its own

    importlib.import_module(f"shopee_tf.app.{page}_page").draw(*shared)


def timed(what: str, run):
    """Runs it, and prints the time by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = run()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what}: {clock:.2f} s, {processor:.2f} s of processor time", flush=True)
    return found


def opened(page: str, *shared) -> AppTest:
    return AppTest.from_function(draw, default_timeout=600, args=(page, *shared)).run()


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("csv", "matcher", "images"):
        parser.add_argument(f"--{name}", required=name != "images")
    parser.add_argument("--titles", type=int, default=5)
    args = parser.parse_args()
    settings = Settings(args.matcher, args.csv, images=args.images)
    bench: Workbench = timed("opening", lambda: open_workbench(settings))
    page = timed("find", lambda: opened("find", bench))
    for row in np.random.default_rng(0).choice(len(bench.catalog), args.titles, replace=False):
        title = f"{bench.catalog.titles[row]} promo"
        timed("a title", lambda title=title: page.text_input(key="title").set_value(title).run())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "decisions.jsonl")
        page = timed("review", lambda: opened("review", bench, path))
        timed("a decision", lambda: page.button(key="same").click().run())
    page = timed("catalogue", lambda: opened("catalogue", bench))
    timed("words", lambda: page.text_input(key="words").set_value("tas kulit").run())
    page = timed("tune", lambda: opened("tune", bench))
    timed("the slider", lambda: page.slider(key="threshold").set_value(0.5).run())
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
