"""The folder of a trained run: what it is, what it was trained on, how its folds were dealt."""

import logging
import os
from typing import NamedTuple

import pandas as pd

from tfrecords import files
from tfrecords.errors import IntegrityError, UsageError

IDENTIFYING = ("posting_id", "image", "image_phash", "label_group")
"""Columns by which a listing, or one of its product, is known again."""


class Run(NamedTuple):
    """What the folder of a run says about it."""

    folder: str
    kind: str  # "image", "title" or "joint"
    fold: int | None  # the fold held out for scoring; None: trained on everything
    num_folds: int
    split_seed: int
    ids_sha256: str  # of the posting ids of the catalogue it was trained from
    trained_on: pd.DataFrame  # `IDENTIFYING` columns, where known, of every listing trained on
    split: pd.DataFrame | None  # posting_id, fold of every listing; None: trained on everything


def check_run(folder: str | os.PathLike) -> None:
    """Refuses a folder that no trainer wrote; what a trainer wrote may still be damaged.

    Raises:
      UsageError: no such folder, or one without a file that every run begins with.
    """
    if not os.path.isdir(folder):
        raise UsageError(f"{folder}: no such folder; a trainer makes it")
    if not _is_run(folder):
        parent = os.path.dirname(os.path.abspath(folder))
        meant = f"is {parent} meant?" if _is_run(parent) else "a trainer makes one"
        raise UsageError(f"{folder}: not the folder of a run; {meant}")


def _is_run(folder) -> bool:
    return any(os.path.exists(os.path.join(folder, name)) for name in ("flags.txt", "run.json"))


def read_run(folder: str | os.PathLike) -> Run:
    """Reads the folder that a trainer wrote; warns where the run has not finished.

    Raises:
      IntegrityError: no run there, or a damaged one.
    """
    about = files.read_json(os.path.join(folder, "run.json"))
    try:
        if not about["finished"]:
            logging.warning("%s: this run has not finished; its best epoch so far is used", folder)
        return Run(
            folder=str(folder),
            kind=about["kind"],
            fold=about["fold"],
            num_folds=about["num_folds"],
            split_seed=about["split_seed"],
            ids_sha256=about["ids_sha256"],
            trained_on=_read_table(folder, "trained_on.csv"),
            split=None if about["fold"] is None else _read_table(folder, "split.csv"),
        )
    except (KeyError, TypeError) as error:
        raise IntegrityError(f"{folder}/run.json: damaged ({error!r}); train again") from None


def _read_table(folder: str | os.PathLike, name: str) -> pd.DataFrame:
    path = os.path.join(folder, name)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise IntegrityError(f"{path}: not readable ({error}); train again") from None
    if "posting_id" not in table:
        raise IntegrityError(f"{path}: no column posting_id; train again")
    return table
