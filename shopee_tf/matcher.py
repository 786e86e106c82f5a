"""Systems and a fitted decision as one artefact: fit, save, load, match."""

import logging
import os
import pathlib
import shutil
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.matching.fusion import find_union, fit_union
from shopee_tf.metrics import Matches
from shopee_tf.systems import UNTRAINED, Source
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, UsageError

FORMAT = 1


class Matcher(NamedTuple):
    """What it takes to match a catalogue: systems, and the similarity that each must reach."""

    systems: tuple[str, ...]  # "phash", "tfidf", "idf" or the folder of a run
    thresholds: tuple[float, ...]  # one a system
    fitted: dict  # f1, num_queries and num_candidates of the fit


def fit_matcher(
    systems: Sequence[str],
    source: Source,
    *,
    rows: np.ndarray,
    candidates: np.ndarray | None = None,
) -> Matcher:
    """Fits the thresholds of the union of `systems` on labelled rows.

    Args:
      systems: names of systems or folders of runs.
      source: the labelled catalogue with its photos.
      rows: [m] int32 rows to fit on, ascending.
      candidates: [c] int32 rows to search, ascending, `rows` among them; all rows where not given.
        The more there are, the tighter the thresholds: as many as a catalogue to be matched has.

    Raises:
      DataError: the catalogue has no labels, or lacks what a system needs.
    """
    labels = source.catalog.labels
    if labels is None:
        raise DataError("fitting a decision needs the column label_group")
    if candidates is None:
        candidates = np.arange(len(labels), dtype=np.int32)
    neighbors = [source.neighbors(name, candidates=candidates, queries=rows) for name in systems]
    fit = fit_union(neighbors, labels, candidates=candidates)
    fitted = {"f1": fit.f1, "num_queries": len(rows), "num_candidates": len(candidates)}
    return Matcher(tuple(systems), tuple(fit.thresholds), fitted)


def match_catalog(matcher: Matcher, source: Source) -> Matches:
    """Finds the matches of every row of a catalogue, labelled or not.

    Warns where the catalogue is more than twice as large, or less than half as large, as that
    which the thresholds were fitted for.
    """
    rows = np.arange(len(source.catalog), dtype=np.int32)
    fitted = matcher.fitted["num_candidates"]
    if not fitted / 2 <= len(rows) <= fitted * 2:
        logging.warning(
            "the thresholds were fitted for a catalogue of %s listings, this one has %s: "
            "expect too %s matches; calibrate on as many listings as you match",
            f"{fitted:,}", f"{len(rows):,}", "few" if len(rows) < fitted else "many",
        )  # fmt: skip
    neighbors = [source.neighbors(name, candidates=rows, queries=rows) for name in matcher.systems]
    return find_union(neighbors, matcher.thresholds)


def save_matcher(matcher: Matcher, folder: str | os.PathLike) -> None:
    """Writes the matcher with a copy of every encoder it needs, so that it travels alone."""
    with files.atomic_folder(folder, marker="matcher.json") as temporary:
        systems = []
        for position, name in enumerate(matcher.systems):
            if name not in UNTRAINED:
                inside = f"{position}_{pathlib.Path(name).name}"
                shutil.copytree(pathlib.Path(name) / "encoder", temporary / inside / "encoder")
                name = inside
            systems.append(name)
        about = {
            "format": FORMAT,
            "systems": systems,
            "thresholds": [None if np.isinf(t) else t for t in matcher.thresholds],
            "fitted": matcher.fitted,
        }
        files.write_sealed_json(temporary / "matcher.json", about)


def load_matcher(folder: str | os.PathLike) -> Matcher:
    """Reads a folder that `save_matcher` wrote.

    Raises:
      UsageError: no such folder.
      IntegrityError: no matcher there, a damaged one, or one of a newer version.
    """
    if not os.path.isdir(folder):
        raise UsageError(f"{folder}: no such folder; python -m shopee_tf.calibrate makes a matcher")
    about = files.read_sealed_json(os.path.join(folder, "matcher.json"), mend="calibrate again")
    try:
        if about["format"] > FORMAT:
            raise IntegrityError(f"{folder}: made by a newer shopee_tf; update this one")
        thresholds = tuple(np.inf if t is None else float(t) for t in about["thresholds"])
        systems = tuple(
            name if name in UNTRAINED else os.path.join(folder, name) for name in about["systems"]
        )
        return Matcher(systems, thresholds, about["fitted"])
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{folder}/matcher.json: not a matcher ({error})") from None
