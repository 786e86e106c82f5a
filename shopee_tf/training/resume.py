"""Whether a run may go on from a checkpoint, and where."""

import dataclasses
import logging
from collections.abc import Mapping, Sequence

import keras

from shopee_tf.training.checkpoints import Checkpoint, restore
from shopee_tf.training.config import FREE_ON_RESUME
from shopee_tf.training.loop import Position
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.wording import counted


def checkpoint_meta(position: Position, *, settings: Mapping, identity: Mapping) -> dict:
    """Returns what a checkpoint says about its run."""
    return {
        "position": dataclasses.asdict(position),
        "settings": dict(settings),
        "identity": dict(identity),
    }


def check_same_run(checkpoint: Checkpoint, *, settings: Mapping, identity: Mapping) -> None:
    """Refuses to go on with other flags or other data than the checkpoint's.

    Args:
      checkpoint: the latest.
      settings: flag -> value, of this run.
      identity: number and checksum of the classes, checksums of records and split, of this run;
        "devices" where what is learnt depends on how many there are.

    Raises:
      UsageError: a flag differs that changes what is learnt, or the number of devices does.
      IntegrityError: the data differs.
    """
    former = checkpoint.meta["settings"]
    changed = [
        f"--{name} was {former.get(name)}, is {settings.get(name)}"
        for name in sorted({*former, *settings} - {*FREE_ON_RESUME})
        if former.get(name) != settings.get(name)
    ]
    if changed:
        raise UsageError(
            f"the run in this folder has other flags: {'; '.join(changed)}; "
            "give those, another --workdir, or --noresume to start over"
        )
    for name, value in identity.items():
        former = checkpoint.meta["identity"].get(name)
        if former != value and name == "devices":
            raise UsageError(
                f"--mix mixes photos within the batch of each device: this run began on {former} "
                f"and would go on with {value}; give it as many, or another --workdir"
            )
        if former != value:
            raise IntegrityError(
                f"this run was started on other data: {name} was {former}, is {value}; "
                "give the former --data, or another --workdir"
            )


def resume(checkpoint: Checkpoint, variables: Sequence[keras.Variable]) -> Position:
    """Restores every variable, and returns the position to go on from."""
    restore(variables, checkpoint.arrays)
    position = Position(**checkpoint.meta["position"])
    logging.info(
        "going on after step %d, %s", position.step, counted(position.epoch, "whole epoch")
    )
    return position
