"""Who may be scored on what: nothing is fitted or scored unseen on rows that were trained on."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.folds import assign_folds, fold_rows, product_components, split_hash
from shopee_tf.runs import IDENTIFYING, Run
from tfrecords.errors import UsageError


class Split(NamedTuple):
    """The rows of one evaluation."""

    protocol: str  # "held-out" or "whole"
    choose: np.ndarray  # [c] rows that thresholds are chosen on
    score: np.ndarray  # [s] rows that are scored
    name: str  # what a figure is stamped with
    hash: str  # tells two splits apart


def whole(catalog: Catalog) -> Split:
    """All rows, the threshold chosen on them: only for comparing with published figures."""
    rows = np.arange(len(catalog), dtype=np.int32)
    return Split("whole", rows, rows, "whole", split_hash(catalog, np.zeros(len(rows), np.int32)))


def held_out(
    catalog: Catalog, runs: Sequence[Run], *, fold: int | None = None, num_folds: int = 5
) -> Split:
    """Thresholds chosen on fold f + 1, fold f scored, neither seen by any run in training.

    Args:
      catalog: a labelled catalogue.
      runs: the trained systems; the folds they were trained with are used.
      fold: the fold to score, 0 without runs where not given.
      num_folds: how many folds where there is no run to say so.

    Raises:
      UsageError: the runs disagree about the folds, or one trained on a row to be used.
      DataError: too few products for the folds, or the listings are of fewer than three folds.
    """
    fold, num_folds, seed = _agreed_fold(runs, fold, num_folds)
    folds = _folds_of_runs(catalog, runs)
    if folds is None:
        folds = assign_folds(catalog, num_folds=num_folds, seed=seed)
    rows = fold_rows(folds, fold)
    used = np.concatenate([rows.choose, rows.score])
    for run in runs:
        seen = int(trained_on(catalog, run)[used].sum())
        if seen:
            raise UsageError(
                f"{run.folder} was trained on {seen} of the {len(used)} listings that fold {fold} "
                "holds out, or on their product (label_group), photo or hash; train it with --fold "
                "on this csv (a classifier has no folds), or use --protocol=whole"
            )
    name = f"held-out {fold}/{num_folds}"
    return Split("held-out", rows.choose, rows.score, name, split_hash(catalog, folds))


def rows_to_fit(catalog: Catalog, runs: Sequence[Run]) -> np.ndarray:
    """The rows that a decision may be fitted on: no run trained on them.

    On the catalogue that the runs were trained on that is fold f + 1, so that fold f stays for
    scoring; on any other, every listing that none of the runs saw.

    Raises:
      UsageError: no such row.
    """
    same = [run for run in runs if run.fold is not None and run.ids_sha256 == catalog.ids_sha256]
    if same:
        return held_out(catalog, runs).choose
    rows = unseen_rows(catalog, runs)
    if not len(rows):
        names = ", ".join(str(run.folder) for run in runs)
        raise UsageError(
            f"every listing of the csv, or its product, was trained on by {names}; a threshold "
            "fitted on them would be inflated: give other listings, or train with --fold"
        )
    return rows


def unseen_rows(catalog: Catalog, runs: Sequence[Run]) -> np.ndarray:
    """The rows that none of the runs trained on: [m] int32, ascending."""
    seen = np.zeros(len(catalog), bool)
    for run in runs:
        seen |= trained_on(catalog, run)
    return np.flatnonzero(~seen).astype(np.int32)


def trained_on(catalog: Catalog, run: Run) -> np.ndarray:
    """Tells which rows a run saw in training, themselves or their like.

    A row counts as seen where its posting id, photo, hash or product (`label_group`) was trained
    on, and where it is joined to such a row by products, photos and hashes that they share
    (`data.folds.product_components`): folds keep these together, so a held-out row never is. Runs
    of former versions have not stored their products; of these the products are known that the
    catalogue gives to the rows seen.

    Returns:
      [n] bool.
    """
    return seen_rows(catalog, run.trained_on)


def seen_rows(catalog: Catalog, listings: pd.DataFrame) -> np.ndarray:
    """Tells which rows are among `listings`, or joined to them: see `trained_on`.

    Args:
      catalog: any.
      listings: columns of `runs.IDENTIFYING`, as many as are known.

    Returns:
      [n] bool.
    """
    frame = catalog.frame
    seen = np.zeros(len(catalog), bool)
    for column in IDENTIFYING:
        if column in frame and column in listings:
            values = listings[column]
            seen |= frame[column].isin(values[values != ""]).to_numpy()
    if not seen.any():
        return seen
    components = product_components(catalog)
    return np.isin(components, components[seen])


def _folds_of_runs(catalog, runs):
    """The fold of each row as the runs have stored it; None where there is no such run."""
    folds = None
    for run in runs:
        if run.split is None:
            continue
        stored = run.split.set_index("posting_id")["fold"]
        mine = stored.reindex(catalog.frame["posting_id"])
        if mine.isna().any():
            raise UsageError(
                f"{run.folder}: {int(mine.isna().sum())} of the {len(mine)} listings were not in "
                "the catalogue it was trained from; evaluate it on that csv, or --protocol=whole"
            )
        mine = mine.to_numpy().astype(np.int32)
        if folds is not None and (mine != folds).any():
            raise UsageError(
                f"{run.folder} was trained with other folds than the runs before it; score it "
                "apart, or train it from the same records"
            )
        folds = mine
    return folds


def _agreed_fold(runs, fold, num_folds):
    said = {(run.fold, run.num_folds, run.split_seed) for run in runs if run.fold is not None}
    if len(said) > 1:
        raise UsageError(
            "the runs were trained on different folds; (fold, num_folds, split_seed) of each: "
            f"{sorted(said)}; score them apart, or train them alike"
        )
    if not said:
        return fold or 0, num_folds, 0
    theirs, num_folds, seed = said.pop()
    if fold not in (None, theirs):
        raise UsageError(f"--fold={fold}, but the runs were trained with --fold={theirs}")
    return theirs, num_folds, seed
