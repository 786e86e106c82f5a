"""Checkpoints: every variable of a run as one file, whole or not there, checked when read."""

import hashlib
import json
import logging
import os
import pathlib
import re
import shutil
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np

from shopee_tf.models.weights import read_value
from tfrecords import files
from tfrecords.errors import IntegrityError

STATE, META, SUMS = "state.npz", "meta.json", "sha256sums.txt"
_NAME = re.compile(r"step-\d{8}")


class Checkpoint(NamedTuple):
    """What a checkpoint holds."""

    arrays: list[np.ndarray]  # the variables, in the order they were given in
    meta: dict  # what the run said about itself: position, settings, data


def save_checkpoint(
    folder: str | os.PathLike,
    variables: Sequence[keras.Variable],
    *,
    step: int,
    meta: dict,
    keep: int = 2,
) -> pathlib.Path:
    """Writes `folder/step-00000123` and removes all but the `keep` latest checkpoints.

    Args:
      folder: the checkpoints of one run.
      variables: of model, optimizer and seed generators; the order is what identifies them.
      step: steps taken so far.
      meta: anything JSON can hold.
      keep: how many checkpoints stay.
    """
    path = pathlib.Path(folder) / f"step-{step:08d}"
    arrays = {f"{i:05d}": read_value(variable) for i, variable in enumerate(variables)}
    with files.atomic_folder(path) as temporary:
        with files.atomic_write(temporary / STATE) as file:
            np.savez(file, allow_pickle=False, **arrays)
        files.write_json(temporary / META, meta)
        files.write_text(temporary / SUMS, _sums(temporary))
    for old in list_checkpoints(folder)[:-keep]:
        _remove(old)
    return path


def list_checkpoints(folder: str | os.PathLike) -> list[pathlib.Path]:
    """Returns the checkpoints in a folder, the latest last."""
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def remove_leftovers(folder: str | os.PathLike) -> None:
    """Removes what interrupted writes left in a folder that no other run is using."""
    for path in pathlib.Path(folder).glob("step-*"):
        if not _NAME.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)


def read_checkpoint(path: str | os.PathLike) -> Checkpoint:
    """Reads one checkpoint, every byte of it compared with its checksums.

    Raises:
      IntegrityError: a file is missing or is not what was written.
    """
    path = pathlib.Path(path)
    try:
        intact = (path / SUMS).read_bytes() == _sums(path).encode()
    except OSError as error:
        raise IntegrityError(f"{path}: {error.strerror}: {error.filename}") from None
    if not intact:
        raise IntegrityError(f"{path}: damaged (its bytes are not those that were written)")
    with np.load(path / STATE, allow_pickle=False) as archive:
        arrays = [archive[name] for name in sorted(archive.files)]
    return Checkpoint(arrays, json.loads((path / META).read_text(encoding="utf-8")))


def read_latest(folder: str | os.PathLike) -> Checkpoint | None:
    """Reads the latest checkpoint that is whole; None where there is none at all.

    Raises:
      IntegrityError: there are checkpoints and all of them are damaged.
    """
    paths = list_checkpoints(folder)
    damaged = []
    for path in reversed(paths):
        try:
            return read_checkpoint(path)
        except IntegrityError as error:
            damaged.append(str(error))
            logging.warning("%s; trying the one before", error)
    if damaged:
        raise IntegrityError(
            f"no whole checkpoint: {'; '.join(damaged)}; start over with --noresume"
        )
    return None


def restore(variables: Sequence[keras.Variable], arrays: Sequence[np.ndarray]) -> None:
    """Gives variables the values of a checkpoint.

    Raises:
      IntegrityError: the checkpoint is of another model.
    """
    if len(variables) != len(arrays):
        raise IntegrityError(
            f"the checkpoint holds {len(arrays)} variables, the model {len(variables)}"
        )
    for variable, array in zip(variables, arrays):
        if tuple(variable.shape) != array.shape:
            raise IntegrityError(
                f"the checkpoint holds {list(array.shape)} for {variable.path}, "
                f"the model {list(variable.shape)}"
            )
    for variable, array in zip(variables, arrays):
        variable.assign(array)


def fingerprint(arrays: Sequence[np.ndarray]) -> str:
    """The sha256 of the values: equal for two runs that learnt the same to the last bit."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def _sums(path: pathlib.Path) -> str:
    return "".join(f"{files.sha256(path / name)}  {name}\n" for name in (STATE, META))


def _remove(path: pathlib.Path) -> None:
    """Renames before deleting, so that a half-deleted checkpoint is never listed."""
    doomed = path.with_name(f"{path.name}.old")
    os.replace(path, doomed)
    shutil.rmtree(doomed, ignore_errors=True)
