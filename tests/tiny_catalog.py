"""A catalogue of flat-coloured photos, small enough to build and train on within seconds."""

import colorsys
import pathlib

import numpy as np
import pandas as pd
from PIL import Image

WORDS = (
    "merah", "biru", "hijau", "sepatu", "tas", "baju",
    "celana", "susu", "kopi", "teh", "lampu", "meja",
)  # fmt: skip


def write_tiny_catalog(
    folder: pathlib.Path, *, num_products: int = 20, num_photos: int = 3, size: int = 40
) -> pathlib.Path:
    """Writes train.csv and train_images/; a product is a hue and two words.

    Returns:
      The path of the csv.
    """
    random = np.random.default_rng(0)
    (folder / "train_images").mkdir(parents=True)
    rows = []
    for product in range(num_products):
        hue = product / num_products
        words = [WORDS[product % len(WORDS)], WORDS[(product * 5 + 1) % len(WORDS)]]
        for photo in range(num_photos):
            name = f"p{product:02d}_{photo}"
            colour = np.array(colorsys.hsv_to_rgb(hue, 0.9, 0.8)) * 255
            pixels = colour + random.normal(0, 25, (size, size, 3))
            image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
            image.save(folder / "train_images" / f"{name}.jpg", quality=95)
            rows.append(
                {
                    "posting_id": f"train_{name}",
                    "image": f"{name}.jpg",
                    "image_phash": f"{product:08x}{photo:08x}",
                    "title": f"{' '.join(words)} {product} nomor {random.integers(100)}",
                    "label_group": str(1000 + product),
                }
            )
    pd.DataFrame(rows).to_csv(folder / "train.csv", index=False)
    return folder / "train.csv"


def build_tiny_records(folder: pathlib.Path, *, image_size: int = 512, **options) -> pathlib.Path:
    """Writes the catalogue and its TFRecords; returns the folder of the records."""
    from shopee_tf import make_tfrecords

    csv = write_tiny_catalog(folder, **options)
    output = folder / "records"
    make_tfrecords.main(
        [
            f"--csv={csv}",
            f"--images={folder / 'train_images'}",
            f"--output={output}",
            f"--image_size={image_size}",
        ]
    )
    return output
