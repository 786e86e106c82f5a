"""How much room a build will take, judged by a few of its photos."""

import pathlib
import shutil
from typing import NamedTuple

from shopee_tf.data.record_plan import RecordPlan
from shopee_tf.data.record_rows import make_outcome
from tfrecords import files
from tfrecords.errors import ResourceError
from tfrecords.writer import FRAME_BYTES

_SAMPLE = 24


class Space(NamedTuple):
    """Bytes that a build needs, and has.

    Attributes:
      needed: by the shards that are still to be made.
      free: where they go; None for remote folders.
    """

    needed: int
    free: int | None


def estimate_space(output: str, plan: RecordPlan, *, shards: list[int] | None = None) -> Space:
    """Makes the records of a few rows and reckons the rest from them.

    Args:
      output: folder of the shards; it need not exist yet.
      plan: the build.
      shards: indices of the shards to make; all where not given.
    """
    wanted = range(len(plan.shards)) if shards is None else shards
    rows = [row for index in wanted for row in plan.shards[index]]
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    outcomes = [make_outcome(row, settings=plan.settings) for row in sample]
    sizes = [len(outcome.record) + FRAME_BYTES for outcome in outcomes if outcome.record]
    mean = sum(sizes) / len(sizes) if sizes else 0
    return Space(int(mean * len(rows)), _free(output))


def _free(output: str) -> int | None:
    if files.is_remote(output):
        return None
    path = pathlib.Path(output).absolute()
    return shutil.disk_usage(next(p for p in (path, *path.parents) if p.exists())).free


def check_space(output: str, space: Space) -> None:
    """Refuses a build for which there is not enough room.

    Raises:
      ResourceError: saying how much is needed and how much is free.
    """
    if space.free is not None and space.needed > space.free:
        raise ResourceError(
            f"{output}: need about {space.needed / 1e6:,.0f} MB, {space.free / 1e6:,.0f} MB free "
            "there; make room, give another --output, or a smaller --image_size"
        )
