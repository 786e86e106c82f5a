"""The whole pipeline on a small catalogue, command by command, ending in one table.

Usage: python examples/demo.py [--data=FOLDER_WITH_train.csv_AND_train_images] [--limit=2000]

Without --data it draws a catalogue of its own. Each command is printed before it is run, so that
it can be copied and changed. After the set-up nothing is downloaded.
"""

import argparse
import os
import pathlib
import shlex
import subprocess
import sys
import time
from typing import NamedTuple

from shopee_tf import native_log
from shopee_tf.data.catalog import Catalog, read_catalog, write_catalog
from shopee_tf.data.folds import sample_products
from tfrecords import files
from tfrecords.errors import UserError

FLAGS = pathlib.Path(__file__).resolve().parent.parent / "flags"
MIN_PHOTOS = 0.99  # image systems run only where so many of the photos are there
SAMPLE_POSTINGS = 900
# Measured on 2 cores with the recipes demo_image.txt and demo_text.txt, all epochs together.
SECONDS_PER_PHOTO = 0.12
SECONDS_PER_TITLE = 0.06


class Listings(NamedTuple):
    """What the demo works on."""

    csv: pathlib.Path
    images: pathlib.Path | None  # None: too few photos are there
    new_csv: pathlib.Path  # listings to match in the end
    new_images: pathlib.Path | None
    hashes: bool  # there are hashes, or photos to compute them from


def main() -> None:
    """Runs the demo."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, help="folder with train.csv, train_images/")
    parser.add_argument("--limit", type=int, default=2000, help="postings, by whole products")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("demo"))
    options = parser.parse_args()
    native_log.drop_noise()
    started = time.monotonic()
    try:
        listings = _own(options) if options.data else _drawn(options.output)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    _train(listings, options.output)
    _decide(listings, options.output)
    _farewell(listings, options.output, time.monotonic() - started)


def _drawn(output: pathlib.Path) -> Listings:
    print("A catalogue is drawn, then everything is trained on it: about 2 minutes on 2 cores.")
    folder = output / "sample"
    _run("shopee_tf.data.sample", output=folder, num_postings=SAMPLE_POSTINGS)
    return Listings(
        csv=folder / "train.csv",
        images=folder / "train_images",
        new_csv=folder / "test.csv",
        new_images=folder / "test_images",
        hashes=True,
    )


def _own(options: argparse.Namespace) -> Listings:
    table, images = options.data / "train.csv", options.data / "train_images"
    if options.limit < 50:
        sys.exit(f"error: LIMIT={options.limit}: give at least 50")
    catalog = sample_products(read_catalog(table, require=("label_group",)), limit=options.limit)
    share = _share_of_photos(catalog, images)
    print(f"{len(catalog):,} postings of {table}; {share:.0%} of their photos are in {images}.")
    enough = share >= MIN_PHOTOS
    seconds = 75 + len(catalog) * (SECONDS_PER_PHOTO * enough + SECONDS_PER_TITLE)
    print(f"Estimated time on 2 cores: {seconds / 60:.0f} minutes.")
    csv = options.output / "train.csv"
    write_catalog(catalog, csv)
    photos = images if enough else None
    return Listings(csv, photos, csv, photos, enough or catalog.image_phashes is not None)


def _share_of_photos(catalog: Catalog, images: pathlib.Path) -> float:
    if catalog.images is None:
        return 0.0
    return sum((images / name).is_file() for name in catalog.images) / len(catalog)


def _train(listings: Listings, output: pathlib.Path) -> None:
    data = output / "tfrecords"
    photos = {"images": listings.images} if listings.images else {}
    _run(
        "shopee_tf.make_tfrecords",
        csv=listings.csv,
        output=data,
        image_size=128,
        overwrite=True,
        **photos,
    )
    for kind in ("image", "text") if listings.images else ("text",):
        recipe, workdir = FLAGS / f"demo_{kind}.txt", output / "runs" / kind
        _run(
            f"trainers.{kind}",
            flagfile=os.path.relpath(recipe),
            data=data,
            workdir=workdir,
            fold=0,
            noresume=True,
        )
        _run("shopee_tf.embed", run=workdir, data=data)


def _decide(listings: Listings, output: pathlib.Path) -> None:
    runs = [str(output / "runs" / kind) for kind in ("image", "text")]
    runs = runs if listings.images else runs[1:]
    systems = [*(["phash"] if listings.hashes else []), "tfidf", *runs]
    matcher, submission = output / "matcher", output / "submission.csv"
    catalog = output / "tfrecords" / "catalog.csv"  # with the hashes of the photos
    own = listings.new_csv == listings.csv
    _run(
        "shopee_tf.evaluate",
        csv=catalog,
        systems=",".join([*systems, *(["+".join(runs)] if listings.images else [])]),
        protocol="held-out",
        output=output / "results.json",
    )
    _run(
        "shopee_tf.calibrate",
        csv=catalog,
        systems=",".join(systems),
        candidates="catalogue" if own else "fold",  # as many as there will be to match
        matcher=matcher,
        overwrite=True,
    )
    photos = {"images": listings.new_images} if listings.new_images else {}
    new = catalog if own else listings.new_csv
    _run("shopee_tf.match", matcher=matcher, csv=new, output=submission, **photos)
    if not own:
        _run("shopee_tf.evaluate", csv=listings.new_csv, submission=submission)


def _run(module: str, **flags: object) -> None:
    words = [f"--{name}" if value is True else f"--{name}={value}" for name, value in flags.items()]
    print(f"\n$ python -m {module} {shlex.join(words)}", flush=True)
    done = subprocess.run([sys.executable, "-m", module, *words], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _table(listings: Listings, output: pathlib.Path) -> str:
    from shopee_tf.evaluation.scoring import Result
    from shopee_tf.evaluation.table import LEGEND, as_text

    image, text = str(output / "runs/image"), str(output / "runs/text")
    names = {
        "phash": "pHash",
        "tfidf": "title TF-IDF",
        image: "image encoder",
        text: "title encoder",
        f"{image} + {text}": "image + title combined",
    }
    results = [Result(**row) for row in files.read_json(output / "results.json")["results"]]
    rows = [row._replace(system=names.get(row.system, "all of them combined")) for row in results]
    if not listings.images:
        absent = {"decision": "no photos", "f1": None, "precision": None, "recall": None}
        places = [(2, "image encoder"), (4, "image + title combined")]
        for position, name in places if listings.hashes else [(0, "pHash"), *places]:
            rows.insert(position, rows[0]._replace(system=name, **absent))
    return f"{as_text(rows)}\n\nF1: mean over the postings of fold 0. {LEGEND}"


def _farewell(listings: Listings, output: pathlib.Path, seconds: float) -> None:
    photos = " --images=photos" if listings.images else ""
    activate = ""
    if sys.prefix != sys.base_prefix:
        activate = f". {os.path.relpath(sys.prefix)}/bin/activate   # once in each new shell\n  "
    print(
        f"""
{_table(listings, output)}

Done in {seconds / 60:.1f} minutes:

  {output}/submission.csv   the matches of every posting of {listings.new_csv}
  {output}/results.json     the table above
  {output}/runs/            the trained encoders, with logs for TensorBoard
  {output}/matcher/         all that matching another catalogue needs

Next, on your own listings (a csv with posting_id, title, and label_group to learn from):

  make demo DATA=<folder with train.csv and train_images/>
  {activate}python -m shopee_tf.match --matcher={output}/matcher --csv=new.csv{photos}
  python -m shopee_tf   # lists all commands"""
    )


if __name__ == "__main__":
    main()
