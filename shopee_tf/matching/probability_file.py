"""The file of probabilities: how likely each candidate is a match, and that none is."""

import csv
import io
import os

import numpy as np

from shopee_tf.data.catalog import Catalog
from tfrecords import files

HEADER = ["posting_id", "match", "probability"]


def write_probabilities(
    rows: np.ndarray,
    query: np.ndarray,
    other: np.ndarray,
    probability: np.ndarray,
    *,
    no_match: np.ndarray,
    catalog: Catalog,
    path: str | os.PathLike,
    least: float = 0.01,
) -> None:
    """Writes a line for each candidate, and one for that there is none.

    The line of a listing without a match has an empty `match` and stands first of its listing.

    Args:
      rows: [m] int32, the listings asked about.
      query: [p] ints, places in `rows`, ascending.
      other: [p] int32, the rows that may match them, the most probable first.
      probability: [p] that they do.
      no_match: [m] the probability that no candidate is a match.
      catalog: of the rows; its posting ids are such as `submission.check_ids` lets pass.
      path: the csv, written atomically.
      least: candidates below it are left out.
    """
    ids = catalog.posting_ids
    starts = np.searchsorted(query, np.arange(len(rows) + 1))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for place, row in enumerate(rows):
        writer.writerow([ids[row], "", f"{no_match[place]:.4f}"])
        for pair in range(starts[place], starts[place + 1]):
            if probability[pair] >= least:
                writer.writerow([ids[row], ids[other[pair]], f"{probability[pair]:.4f}"])
    files.write_text(path, text.getvalue())
