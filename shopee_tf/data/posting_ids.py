"""Listings by their posting ids, as a user names them."""

import difflib
import os
from collections.abc import Sequence

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.text_file import read_text
from tfrecords.errors import UsageError


def rows_of(catalog: Catalog, postings: Sequence[str], *, place: str = "") -> np.ndarray:
    """Finds the rows of posting ids, in their order: [m] int32.

    Args:
      catalog: the listings.
      postings: m ids.
      place: where they stand, to begin an error with.

    Raises:
      UsageError: an id that no listing has, with those nearest to it.

    Example:
      >>> import pandas as pd
      >>> from shopee_tf.data.catalog import catalog_from_frame
      >>> table = pd.DataFrame({"posting_id": ["a1", "b2"], "title": ["tas", "topi"]})
      >>> rows_of(catalog_from_frame(table), ["b2", "a1", "b2"]).tolist()
      [1, 0, 1]
    """
    row_of = {posting: row for row, posting in enumerate(catalog.posting_ids)}
    for posting in postings:
        if posting not in row_of:
            near = difflib.get_close_matches(posting, row_of, n=3, cutoff=0.5)
            hint = f"is it {' or '.join(near)}?" if near else f"ids are like {next(iter(row_of))}"
            begin = f"{place}: " if place else ""
            raise UsageError(f"{begin}no listing has the posting_id {posting!r}; {hint}")
    return np.array([row_of[posting] for posting in postings], np.int32)


def read_lines(path: str | os.PathLike) -> list[tuple[str, str]]:
    """Reads a file of ids: where each line that is not empty stands ("FILE line 3"), and its text.

    Raises:
      UsageError: no such file.
      DataError: it is not UTF-8.
    """
    lines = enumerate(read_text(path).splitlines(), start=1)
    return [(f"{path} line {line}", words.strip()) for line, words in lines if words.strip()]
