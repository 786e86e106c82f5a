"""Listings with photos of coarse noise, for tests of the build."""

import numpy as np
import pandas as pd
from PIL import Image

from shopee_tf.data.catalog import catalog_from_frame

NUM_ROWS = 24


def write_photo(path, row, name="JPEG", size=(64, 48)):
    rng = np.random.default_rng(row)
    coarse = Image.fromarray(rng.integers(0, 255, (6, 8, 3)).astype(np.uint8))
    coarse.resize(size, Image.Resampling.BICUBIC).save(path, name)


def catalog(num_rows=NUM_ROWS, **columns):
    rows = [str(row) for row in range(num_rows)]
    frame = {
        "posting_id": [f"train_{row}" for row in rows],
        "image": [f"{row}.jpg" for row in rows],
        "image_phash": [f"{int(row):016x}" for row in rows],
        "title": [f"judul {row}" for row in rows],
        "label_group": [str(int(row) // 2 + 100) for row in rows],
    }
    frame |= columns
    return catalog_from_frame(pd.DataFrame({k: v for k, v in frame.items() if v is not None}))
