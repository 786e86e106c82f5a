"""Draws a catalogue of imagined listings, to try everything without any download.

Usage: python -m shopee_tf.data.sample --output=demo/sample --num_postings=900

Writes train.csv and train_images/, and test.csv and test_images/ with products that train.csv does
not hold. The same seed draws the same bytes.
"""

import hashlib
import io
import os
import pathlib
from collections.abc import Callable

from shopee_tf import options

# Products by number of listings, as in the catalogue of the competition (the tail simplified).
GROUP_SIZES = {
    2: 6979, 3: 1779, 4: 862, 5: 468, 6: 282, 7: 158, 8: 118, 9: 90, 10: 49, 12: 108, 15: 53,
    20: 30, 33: 22, 51: 7,
}  # fmt: skip
SAME_FILE = 0.12  # share of listings that use another listing's photo file as it is
SAME_SCENE = 0.5  # share of the others that work on a photo that another seller took
SAME_TITLE = 0.05
TEST_SHARE = 0.2  # size of test.csv, as a share of train.csv


def make_sample(
    folder: str | os.PathLike,
    *,
    num_postings: int = 600,
    seed: int = 0,
    image_size: int = 256,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draws a catalogue into `folder`.

    Args:
      folder: gets train.csv, train_images/, test.csv and test_images/.
      num_postings: listings in train.csv; test.csv gets a fifth as many more.
      seed: the same seed draws the same bytes.
      image_size: side of the photos in pixels.
      progress: called with (done, total) listings.

    Raises:
      UsageError: fewer than 20 listings.
    """
    import numpy as np

    from shopee_tf.data.sample_products import make_products
    from tfrecords.errors import UsageError

    if num_postings < 20:
        raise UsageError(f"--num_postings={num_postings}: expected at least 20")
    rng = np.random.default_rng(seed)
    num_test = max(int(num_postings * TEST_SHARE), 10)
    sizes = {
        name: _group_sizes(n, rng) for name, n in (("train", num_postings), ("test", num_test))
    }
    products = iter(make_products(sum(map(len, sizes.values())), rng))
    done, total = 0, num_postings + num_test
    for split, groups in sizes.items():
        chosen = [next(products) for _ in groups]
        for _ in _write_split(folder, split, chosen, groups, image_size, rng):
            done += 1
            if progress:
                progress(done, total)


def _group_sizes(total, rng):
    sizes, weights = zip(*GROUP_SIZES.items(), strict=True)
    share = [weight / sum(weights) for weight in weights]
    groups, left = [], total
    while left > 0:
        size = min(int(rng.choice(sizes, p=share)), max(total // 8, 2), left)
        groups.append(size)
        left -= size
    return groups


def _write_split(folder, split, products, groups, image_size, rng):
    """Draws the listings of one split; yields once for each."""
    rows = []
    for product, size in zip(products, groups, strict=True):
        label = str(int(rng.integers(10**5, 2**32)))
        for row in _listings(folder, split, product, size, image_size, rng):
            rows.append({**row, "label_group": label})
            yield
    _write_table(folder, split, [rows[place] for place in rng.permutation(len(rows))])


def _listings(folder, split, product, size, image_size, rng):
    """Draws the listings of a product: sellers copy photos and titles from each other."""
    from shopee_tf.data.sample_photos import shoot
    from shopee_tf.data.sample_shapes import draw_product
    from shopee_tf.data.sample_titles import make_title

    drawn, scenes, earlier = draw_product(product), [], []
    for _ in range(size):
        if earlier and rng.random() < SAME_FILE:
            photo = {name: earlier[-1][name] for name in ("image", "image_phash")}
        else:
            if not scenes or rng.random() > SAME_SCENE:
                scenes.append(shoot(drawn, rng))
            scene = scenes[int(rng.integers(len(scenes)))]
            photo = _write_photo(pathlib.Path(folder) / f"{split}_images", scene, image_size, rng)
        same = earlier and rng.random() < SAME_TITLE
        title = earlier[-1]["title"] if same else make_title(product, rng)
        posting = f"{split}_{int(rng.integers(10**5, 2**32))}"
        earlier.append({"posting_id": posting, **photo, "title": title})
        yield earlier[-1]


def _write_photo(folder, scene, image_size, rng):
    from PIL import Image

    from shopee_tf.data.phash import image_phash
    from shopee_tf.data.sample_photos import encode_jpeg, retouch

    jpeg = encode_jpeg(retouch(scene, image_size, rng), rng)
    name = hashlib.md5(jpeg).hexdigest() + ".jpg"
    _write(folder / name, jpeg)
    return {"image": name, "image_phash": image_phash(Image.open(io.BytesIO(jpeg)))}


def _write(path, data):
    from tfrecords import files

    with files.atomic_write(path) as file:
        file.write(data)


def _write_table(folder, split, rows):
    import pandas as pd

    from shopee_tf.data.catalog import catalog_from_frame, write_catalog

    write_catalog(catalog_from_frame(pd.DataFrame(rows)), pathlib.Path(folder) / f"{split}.csv")


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.string(values, "output", None, "Folder to write.")
    options.integer(values, "num_postings", 600, "Listings in train.csv.", lower_bound=20)
    options.integer(values, "image_size", 256, "Side of the photos in pixels.", lower_bound=16)
    options.integer(values, "seed", 0, "The same seed draws the same bytes.")
    options.require(values, "output")


def run(values: options.FlagValues) -> options.Done:
    """Draws the catalogue."""
    from shopee_tf.progress import progress_bar

    make_sample(
        values.output,
        num_postings=values.num_postings,
        seed=values.seed,
        image_size=values.image_size,
        progress=progress_bar("drawing"),
    )
    listings = f"{values.num_postings:,} listings in train.csv, more in test.csv"
    return options.Done(listings, [values.output])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
