"""Systems and a fitted decision as one artefact: fit, save, load, match."""

import logging
import os
import pathlib
import shutil
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.metrics import Matches
from shopee_tf.systems import (
    Decision,
    Part,
    Source,
    decide,
    fit_decision,
    hash_reach,
    parse_union,
)  # fmt: skip
from shopee_tf.systems.grammar import EUCLIDEAN, kind_of, rename, run_folder
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, UsageError

FORMAT = 2


class Matcher(NamedTuple):
    """What it takes to match a catalogue."""

    decision: Decision
    title_steps: tuple[str, ...]  # normalise the titles that untrained systems see
    fitted: dict  # f1, num_queries and num_candidates of the fit


def fit_matcher(
    systems: Sequence[str],
    source: Source,
    *,
    rows: np.ndarray,
    candidates: np.ndarray | None = None,
    variant_guard: str = "none",
) -> Matcher:
    """Fits the weights and thresholds of the union of `systems` on labelled rows.

    Args:
      systems: systems or ensembles of them, as `systems.grammar` names them.
      source: the labelled catalogue with its photos.
      rows: [m] int32 rows to fit on, ascending.
      candidates: [c] int32 rows to search, ascending, `rows` among them; all rows where not given.
        The more there are, the tighter the thresholds: as many as a catalogue to be matched has.
      variant_guard: see `systems.fit_decision`.

    Raises:
      DataError: the catalogue has no labels, or lacks what a system needs.
    """
    labels = source.catalog.labels
    if labels is None:
        raise DataError("fitting a decision needs the column label_group")
    if candidates is None:
        candidates = np.arange(len(labels), dtype=np.int32)
    part = Part(source, candidates=candidates, queries=rows)
    fit = fit_decision(parse_union("+".join(systems)), part, variant_guard=variant_guard)
    fitted = {"f1": fit.f1, "num_queries": len(rows), "num_candidates": len(candidates)}
    return Matcher(fit.decision, source.title_steps, fitted)


def match_catalog(matcher: Matcher, source: Source) -> Matches:
    """Finds the matches of every row of a catalogue, labelled or not.

    Warns where the catalogue is more than twice as large, or less than half as large, as that
    which the thresholds were fitted for.

    Raises:
      UsageError: the source normalises titles by other steps than the matcher was fitted with.
    """
    if source.title_steps != matcher.title_steps:
        raise UsageError(
            f"fitted with title_steps={','.join(matcher.title_steps) or '(none)'}, the titles were "
            f"normalised by {','.join(source.title_steps) or '(none)'}"
        )
    rows = np.arange(len(source.catalog), dtype=np.int32)
    fitted = matcher.fitted["num_candidates"]
    if not fitted / 2 <= len(rows) <= fitted * 2:
        logging.warning(
            "the thresholds were fitted for a catalogue of %s listings, this one has %s: "
            "expect too %s matches; calibrate on as many listings as you match",
            f"{fitted:,}", f"{len(rows):,}", "few" if len(rows) < fitted else "many",
        )  # fmt: skip
    reach = hash_reach(matcher.decision)
    part = Part(source, candidates=rows, queries=rows, max_distance=reach)
    return decide(matcher.decision, part).matches


def save_matcher(matcher: Matcher, folder: str | os.PathLike) -> None:
    """Writes the matcher with a copy of all that it needs, so that it travels alone."""
    union, weights, penalties, thresholds = matcher.decision
    with files.atomic_folder(folder, marker="matcher.json") as temporary:
        inside = {
            name: _take_along(name, temporary, position)
            for position, name in enumerate(union.names)
        }
        vectors = filter(None, map(_vectors, inside.values()))
        about = {
            "format": FORMAT,
            "systems": [str(blend) for blend in rename(union, inside).blends],
            "weights": weights,
            "penalties": _or_null(penalties),
            "thresholds": _or_null(thresholds),
            "title_steps": matcher.title_steps,
            "fitted": matcher.fitted,
            "vectors": {file: files.sha256(temporary / file) for file in vectors},
        }
        files.write_sealed_json(temporary / "matcher.json", about)


def load_matcher(folder: str | os.PathLike) -> Matcher:
    """Reads a folder that `save_matcher` wrote.

    Raises:
      UsageError: no such folder, or one of a run.
      IntegrityError: no matcher there, a damaged one, or one of a newer version.
    """
    if not os.path.isdir(folder):
        raise UsageError(f"{folder}: no such folder; python -m shopee_tf.calibrate makes a matcher")
    path = os.path.join(folder, "matcher.json")
    if not os.path.exists(path) and os.path.exists(os.path.join(folder, "run.json")):
        raise UsageError(
            f"{folder}: a run, not a matcher; python -m shopee_tf.calibrate --systems={folder} "
            "makes one of it"
        )
    about = files.read_sealed_json(path, mend="calibrate again")
    try:
        if about["format"] > FORMAT:
            raise IntegrityError(f"{folder}: made by a newer shopee_tf; update this one")
        for file, sha256 in about.get("vectors", {}).items():
            _check_vectors(os.path.join(folder, file), sha256)
        steps = tuple(about.get("title_steps", ()))  # format 1 had none
        return Matcher(_read_decision(about, folder), steps, about["fitted"])
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{folder}/matcher.json: not a matcher ({error})") from None


def _read_decision(about, folder):
    union = parse_union("+".join(about["systems"]))
    inside = {name: _found_again(name, folder) for name in union.names}
    count = len(union.blends)
    weights = about.get("weights", [[1.0]] * count)  # format 1 had no weights and no penalties
    penalties = about.get("penalties", [0.0] * count)
    return Decision(
        rename(union, inside),
        tuple(map(tuple, weights)),
        _or_infinity(penalties),
        _or_infinity(about["thresholds"]),
    )


def _or_null(values):
    return [None if np.isinf(value) else value for value in values]


def _or_infinity(values):
    return tuple(np.inf if value is None else float(value) for value in values)


def _take_along(name: str, folder: pathlib.Path, position: int) -> str:
    """Copies what a system needs into the folder, and says what it is called there."""
    kind, path = kind_of(name), pathlib.Path(run_folder(name))
    if kind == "run":
        inside = f"{position}_{path.name}"
        shutil.copytree(path / "encoder", folder / inside / "encoder")
        return f"{EUCLIDEAN}{inside}" if name.startswith(EUCLIDEAN) else inside
    if kind == "glove":
        weighing, _, file = name.partition(":")
        inside = f"{position}_{pathlib.Path(file).name}"
        files.copy(file, folder / inside)
        return f"{weighing}:{inside}"
    return name


def _vectors(name: str) -> str:
    """The file of word vectors that a system needs; "" where it needs none."""
    return name.partition(":")[2] if kind_of(name) == "glove" else ""


def _check_vectors(path: str, sha256: str) -> None:
    if not os.path.isfile(path) or files.sha256(path) != sha256:
        raise IntegrityError(f"{path}: missing or not the word vectors it was; calibrate again")


def _found_again(name: str, folder: str | os.PathLike) -> str:
    """The name of a system of a matcher, seen from outside its folder."""
    if kind_of(name) == "run":
        inside = os.path.join(folder, run_folder(name))
        return f"{EUCLIDEAN}{inside}" if name.startswith(EUCLIDEAN) else inside
    if kind_of(name) == "glove":
        weighing, _, file = name.partition(":")
        return f"{weighing}:{os.path.join(folder, file)}"
    return name
