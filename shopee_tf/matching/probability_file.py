"""The file of probabilities: how likely each candidate is a match, and that none is."""

import csv
import io
import os

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.matching.pair_probabilities import PairProbabilities
from tfrecords import files

HEADER = ["posting_id", "match", "probability"]


def write_probabilities(
    pairs: PairProbabilities,
    no_match: np.ndarray,
    catalog: Catalog,
    path: str | os.PathLike,
    *,
    least: float = 0.01,
) -> None:
    """Writes a line for each candidate, most probable first, and one for that there is none.

    The line of a listing without a match has an empty `match` and stands first of its listing.

    Args:
      pairs: of m rows.
      no_match: [m] the probability that no candidate is a match.
      catalog: of the rows; its posting ids are such as `submission.check_ids` lets pass.
      path: the csv, written atomically.
      least: candidates below it are left out.
    """
    ids = catalog.posting_ids
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for row, others, chances, none in zip(*pairs, no_match, strict=True):
        writer.writerow([ids[row], "", f"{none:.4f}"])
        for place in np.argsort(-chances, kind="stable"):
            if others[place] >= 0 and chances[place] >= least:
                writer.writerow([ids[row], ids[others[place]], f"{chances[place]:.4f}"])
    files.write_text(path, text.getvalue())
