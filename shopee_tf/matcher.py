"""Systems and a fitted decision as one artefact: fit, save, load, match."""

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
from tfrecords.errors import DataError, IntegrityError

FORMAT = 1


class Matcher(NamedTuple):
    """What it takes to match a catalogue: systems, and the similarity that each must reach."""

    systems: tuple[str, ...]  # "phash", "tfidf", "idf" or the folder of a run
    thresholds: tuple[float, ...]  # one a system
    fitted: dict  # f1, num_postings and protocol of the fit


def fit_matcher(
    systems: Sequence[str], source: Source, *, rows: np.ndarray, protocol: str = "whole"
) -> Matcher:
    """Fits the thresholds of the union of `systems` on labelled rows.

    Args:
      systems: names of systems or folders of runs.
      source: the labelled catalogue with its photos.
      rows: [m] int32 rows to fit on, ascending; the candidates are the same rows.
      protocol: what to call these rows in the matcher's own account.

    Raises:
      DataError: the catalogue has no labels, or lacks what a system needs.
    """
    labels = source.catalog.labels
    if labels is None:
        raise DataError("fitting a decision needs the column label_group")
    neighbors = [source.neighbors(name, candidates=rows, queries=rows) for name in systems]
    fit = fit_union(neighbors, labels)
    fitted = {"f1": fit.f1, "num_postings": len(rows), "protocol": protocol}
    return Matcher(tuple(systems), tuple(fit.thresholds), fitted)


def match_catalog(matcher: Matcher, source: Source) -> Matches:
    """Finds the matches of every row of a catalogue, labelled or not."""
    rows = np.arange(len(source.catalog), dtype=np.int32)
    neighbors = [source.neighbors(name, candidates=rows, queries=rows) for name in matcher.systems]
    return find_union(neighbors, matcher.thresholds)


def save_matcher(matcher: Matcher, folder: str | os.PathLike) -> None:
    """Writes the matcher with a copy of every encoder it needs, so that it travels alone."""
    with files.atomic_folder(folder) as temporary:
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
        files.write_json(temporary / "matcher.json", about)


def load_matcher(folder: str | os.PathLike) -> Matcher:
    """Reads a folder that `save_matcher` wrote.

    Raises:
      IntegrityError: no matcher there, a damaged one, or one of a newer version.
    """
    about = files.read_json(os.path.join(folder, "matcher.json"))
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
