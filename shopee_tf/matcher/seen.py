"""The listings that a matcher has seen: its decision in fitting, its encoders in training."""

import io
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from shopee_tf.data.catalog import Catalog
from shopee_tf.runs import IDENTIFYING, Run
from tfrecords import files
from tfrecords.errors import IntegrityError

NAME = "seen.csv"
_FOR = "seen_for"  # "fit" or "training"


class Seen(NamedTuple):
    """Listings by the columns they are known again by, as far as these are known."""

    fitted: pd.DataFrame
    trained: pd.DataFrame


def seen_by(catalog: Catalog, rows: np.ndarray, runs: Sequence[Run]) -> Seen:
    """Gathers `rows` of a catalogue, which a decision is fitted on, and what runs trained on."""
    known = [name for name in IDENTIFYING if name in catalog.frame]
    trained = [run.trained_on for run in runs]
    together = pd.concat(trained) if trained else pd.DataFrame(columns=["posting_id"])
    return Seen(catalog.frame[known].iloc[rows], together.drop_duplicates().fillna(""))


def write_seen(seen: Seen, folder: str | os.PathLike) -> None:
    """Writes both tables as one into the folder of a matcher."""
    tables = zip(("fit", "training"), seen, strict=True)
    together = pd.concat([table.assign(**{_FOR: name}) for name, table in tables])
    files.write_text(files.join(folder, NAME), together.fillna("").to_csv(index=False))


def read_seen(folder: str | os.PathLike) -> Seen | None:
    """Reads what `write_seen` wrote; None of a matcher that a former version made.

    Raises:
      IntegrityError: a damaged file.
    """
    path = files.join(folder, NAME)
    if not files.exists(path):
        return None
    with files.open_read(path) as file:
        text = file.read().decode("utf-8", errors="replace")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        return Seen(
            *(table[table[_FOR] == name].drop(columns=_FOR) for name in ("fit", "training"))
        )
    except (KeyError, ValueError) as error:
        raise IntegrityError(f"{path}: not readable ({error}); calibrate again") from None
