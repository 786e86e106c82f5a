"""The folder of a matcher: a copy of all that it needs, so that it travels alone."""

import os
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np

from shopee_tf.matcher.fusion_file import load_fusion, save_fusion
from shopee_tf.matcher.matcher import Matcher
from shopee_tf.matcher.seen import Seen, write_seen
from shopee_tf.matching.group_sizes import SizePrior
from shopee_tf.matching.refinements import Step
from shopee_tf.systems import Decision, PairDecision, parse_union
from shopee_tf.systems.grammar import EUCLIDEAN, kind_of, rename, run_folder
from shopee_tf.systems.pair_decision import Components
from tfrecords import files
from tfrecords.errors import IntegrityError, UsageError

FORMAT = 5
_FUSION = "fusion.npz"


def save_matcher(matcher: Matcher, folder: str | os.PathLike, *, seen: Seen | None = None) -> None:
    """Writes the matcher with a copy of all that it needs, and the sha256 of each file.

    Args:
      matcher: as fitted.
      folder: takes the place of another matcher there.
      seen: what it was fitted and trained on, for those who score it.
    """
    union = matcher.decision.union
    with files.atomic_folder(folder, marker="matcher.json") as temporary:
        inside = {
            name: _take_along(name, temporary, position)
            for position, name in enumerate(union.names)
        }
        if seen is not None:
            write_seen(seen, temporary)
        about = {
            "format": FORMAT,
            "systems": [str(blend) for blend in rename(union, inside).blends],
            **_fitted(matcher.decision, temporary),
            "title_steps": matcher.title_steps,
            "fitted": matcher.fitted,
            "files": {name: files.sha256(temporary / name) for name in _names(temporary)},
        }
        files.write_sealed_json(temporary / "matcher.json", about)


def _fitted(decision: Decision | PairDecision, folder: pathlib.Path) -> dict:
    if isinstance(decision, PairDecision):
        save_fusion(decision.fusion, folder / _FUSION)
        return {
            "fusion": decision.fusion.kind,
            "calibration": decision.fusion.calibrator.kind,
            "sets": decision.sets,
            "thresholds": _or_null([decision.threshold]),
            "num_candidates": decision.num_candidates,
            "share": decision.share,
            "sizes": decision.prior.products.tolist(),
            "smoothing": decision.prior.smoothing,
            "weight": decision.weight,
            "components": decision.components and decision.components._asdict(),
        }
    return {
        "fusion": "union",
        "weights": decision.weights,
        "penalties": _or_null(decision.penalties),
        "thresholds": _or_null(decision.thresholds),
        "refinements": [[step.name, _finite(step.settings)] for step in decision.refinements],
    }


def _finite(settings: Mapping[str, Any]) -> dict:
    """Settings as JSON takes them: "inf" stands for infinity."""
    return {name: "inf" if value == np.inf else value for name, value in settings.items()}


def _read_steps(steps) -> tuple[Step, ...]:
    return tuple(Step(name, dict(map(_read_setting, settings.items()))) for name, settings in steps)


def _read_setting(setting):
    name, value = setting
    return name, tuple(value) if isinstance(value, list) else np.inf if value == "inf" else value


def _names(folder: pathlib.Path) -> list[str]:
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in inside]


def load_matcher(folder: str | os.PathLike) -> Matcher:
    """Reads a folder that `save_matcher` wrote.

    Raises:
      UsageError: no such folder, one of a run, or one that holds a matcher's.
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
    if not os.path.exists(path):
        inside = sorted(pathlib.Path(folder).glob("*/matcher.json"))
        if inside:
            raise UsageError(f"{folder}: no matcher, but {inside[0].parent} is one; is that meant?")
    about = files.read_sealed_json(path, mend="calibrate again")
    try:
        if about["format"] > FORMAT:
            raise IntegrityError(f"{folder}: made by a newer shopee_tf; update this one")
        for file, sha256 in (about.get("vectors") or about.get("files", {})).items():
            _check_file(os.path.join(folder, file), sha256)
        steps = tuple(about.get("title_steps", ()))  # format 1 had none
        return Matcher(_read_decision(about, folder), steps, about["fitted"])
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{folder}/matcher.json: not a matcher ({error})") from None


def _read_decision(about, folder):
    union = parse_union("+".join(about["systems"]))
    inside = {name: _found_again(name, folder) for name in union.names}
    kind = about.get("fusion", "union")
    if kind != "union":
        fusion = load_fusion(kind, os.path.join(folder, _FUSION), calibration=about["calibration"])
        (threshold,) = _or_infinity(about["thresholds"])
        prior = SizePrior(np.array(about["sizes"]), about["smoothing"])
        components = about.get("components")  # format 3 had none
        return PairDecision(
            rename(union, inside), fusion, about["sets"], threshold, about["num_candidates"],
            prior, about["weight"], components and Components(**components),
            about.get("share"),  # format 4 had none
        )  # fmt: skip
    count = len(union.blends)
    weights = about.get("weights", [[1.0]] * count)  # format 1 had no weights and no penalties
    penalties = about.get("penalties", [0.0] * count)
    return Decision(
        rename(union, inside),
        tuple(map(tuple, weights)),
        _or_infinity(penalties),
        _or_infinity(about["thresholds"]),
        _read_steps(about.get("refinements", ())),
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


def _check_file(path: str, sha256: str) -> None:
    if not os.path.isfile(path) or files.sha256(path) != sha256:
        raise IntegrityError(f"{path}: missing or not what it was; calibrate again")


def _found_again(name: str, folder: str | os.PathLike) -> str:
    """The name of a system of a matcher, seen from outside its folder."""
    if kind_of(name) == "run":
        inside = os.path.join(folder, run_folder(name))
        return f"{EUCLIDEAN}{inside}" if name.startswith(EUCLIDEAN) else inside
    if kind_of(name) == "glove":
        weighing, _, file = name.partition(":")
        return f"{weighing}:{os.path.join(folder, file)}"
    return name
