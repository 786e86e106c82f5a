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

from shopee_tf.data.catalog import Catalog, read_catalog, write_catalog
from shopee_tf.data.folds import sample_products

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIN_PHOTOS = 0.99  # image systems run only where so many of the photos are there
SAMPLE_POSTINGS = 900


def main() -> None:
    """Runs the demo."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, help="folder with train.csv, train_images/")
    parser.add_argument("--limit", type=int, default=2000, help="postings, by whole products")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("demo"))
    options = parser.parse_args()
    options.output = pathlib.Path(os.path.relpath(options.output))
    started = time.monotonic()
    csv, images = _own(options) if options.data else _drawn(options.output)
    _pipeline(csv, images, options.output)
    _farewell(csv, options.output, time.monotonic() - started)


def _drawn(output: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    print("A catalogue is drawn, then everything is trained on it: 4 to 6 minutes on 2 cores.")
    folder = output / "sample"
    _run("shopee_tf.data.sample", output=folder, num_postings=SAMPLE_POSTINGS)
    return folder / "train.csv", folder / "train_images"


def _own(options: argparse.Namespace) -> tuple[pathlib.Path, pathlib.Path | None]:
    table = options.data / "train.csv"
    if not table.is_file():
        sys.exit(f"error: {table}: no such file; DATA= names a folder with train.csv in it")
    if options.limit < 50:
        sys.exit(f"error: LIMIT={options.limit}: give at least 50")
    catalog = sample_products(read_catalog(table, require=("label_group",)), limit=options.limit)
    images = options.data / "train_images"
    share = _share_of_photos(catalog, images)
    print(f"{len(catalog):,} postings of {table}, {share:.0%} of their photos in {images}.")
    usable = share >= MIN_PHOTOS
    minutes = len(catalog) * (0.2 if usable else 0.1) / 60 + 2
    print(f"Estimated time on 2 cores: {minutes:.0f} minutes.")
    csv = options.output / "train.csv"
    write_catalog(catalog, csv)
    return csv, images if usable else None


def _share_of_photos(catalog: Catalog, images: pathlib.Path) -> float:
    if catalog.images is None:
        return 0.0
    return sum((images / name).is_file() for name in catalog.images) / len(catalog)


def _pipeline(csv: pathlib.Path, images: pathlib.Path | None, output: pathlib.Path) -> None:
    data, image, text = output / "tfrecords", output / "runs/image", output / "runs/text"
    photos = {"images": images} if images else {}
    _run("shopee_tf.make_tfrecords", csv=csv, output=data, image_size=128, overwrite=True, **photos)
    runs = []
    if images:
        _run("trainers.image", flagfile="flags/demo_image.txt", data=data, workdir=image, fold=0)
        _run("shopee_tf.embed", run=image, data=data)
        runs.append(str(image))
    _run("trainers.text", flagfile="flags/demo_text.txt", data=data, workdir=text, fold=0)
    _run("shopee_tf.embed", run=text, data=data)
    runs.append(str(text))
    systems = ["phash", "tfidf", *runs]
    both = ["+".join(runs)] if images else []
    _run(
        "shopee_tf.calibrate",
        csv=csv,
        systems=",".join(systems),
        matcher=output / "matcher",
        overwrite=True,
    )
    _run(
        "shopee_tf.match",
        matcher=output / "matcher",
        csv=csv,
        output=output / "submission.csv",
        **photos,
    )
    _run(
        "shopee_tf.evaluate",
        csv=csv,
        systems=",".join([*systems, *both]),
        protocol="held-out",
        output=output / "results.json",
    )
    if not images:
        print("image encoder, image + title combined: no photos")


def _run(module: str, **flags: object) -> None:
    words = [f"--{name}" if value is True else f"--{name}={value}" for name, value in flags.items()]
    print(f"\n$ python -m {module} {shlex.join(words)}", flush=True)
    done = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _farewell(csv: pathlib.Path, output: pathlib.Path, seconds: float) -> None:
    print(
        f"""
Done in {seconds / 60:.1f} minutes. F1 is the mean over the postings of fold 0, which no encoder was
trained on and no threshold was chosen on (that is what held-out means); N is how many were searched.

  {output}/submission.csv   the matches of every posting of {csv}
  {output}/results.json     the table above
  {output}/runs/            the trained encoders; tensorboard --logdir {output}/runs
  {output}/matcher/         all that matching another catalogue needs

Next, on your own listings (a csv with posting_id, title, and label_group to learn from):

  make demo DATA=<folder with train.csv and train_images/>
  {BIN}/python -m shopee_tf.match --matcher={output}/matcher --csv=new.csv --images=photos
  {BIN}/python -m shopee_tf          lists all commands"""
    )


BIN = os.path.relpath(pathlib.Path(sys.executable).parent)

if __name__ == "__main__":
    main()
