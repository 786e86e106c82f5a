"""One shard: its name, and writing it so that it appears whole or not at all."""

import collections
import contextlib
import errno
import shutil
from collections.abc import Iterable
from typing import NamedTuple

from tfrecords import files
from tfrecords.errors import ResourceError
from tfrecords.ledger import Skip

NAMINGS = ("tfrecord", "kaggle")
SUFFIXES = (".tfrecord", ".tfrec")
# A record is framed by its length (8 bytes) and two checksums (4 each).
FRAME_BYTES = 16


class Shard(NamedTuple):
    """What the manifest says of a file.

    Attributes:
      name: of the file in its folder.
      records: how many it holds.
      bytes: its size.
      sha256: of its bytes, in hex.
      skipped: the rows meant for it that are not in it.
      notes: counts of what was mended in its records, as {"reencoded": 3}.
    """

    name: str
    records: int
    bytes: int
    sha256: str
    skipped: tuple[Skip, ...]
    notes: dict[str, int]


def shard_to_json(shard: Shard) -> dict:
    """Returns a shard as plain JSON values."""
    return shard._asdict() | {"skipped": [skip._asdict() for skip in shard.skipped]}


def shard_from_json(value: dict) -> Shard:
    """Returns the shard that `shard_to_json` made this of."""
    return Shard(**value | {"skipped": tuple(Skip(**skip) for skip in value["skipped"])})


class Outcome(NamedTuple):
    """What became of a row: one of record and skip, and what was mended.

    Attributes:
      record: as `schema.serialize` gives it, or None.
      skip: why there is no record, or None.
      notes: words to count, as ("reencoded",).
    """

    record: bytes | None
    skip: Skip | None = None
    notes: tuple[str, ...] = ()


def shard_name(split: str, index: int, num_shards: int, records: int, naming: str) -> str:
    """Returns the name of a shard.

    Args:
      split: "train" or "test".
      index: of the shard, from 0.
      num_shards: of the folder.
      records: in the shard; Kaggle's notebooks read it from the name.
      naming: "tfrecord" (train-00003-of-00016.tfrecord) or "kaggle" (train03-2141.tfrec).
    """
    if naming == "kaggle":
        width = max(2, len(str(num_shards - 1)))
        return f"{split}{index:0{width}d}-{records}.tfrec"
    return f"{split}-{index:05d}-of-{num_shards:05d}.tfrecord"


def is_shard_name(name: str) -> bool:
    """True for names that only shards bear, finished or compressed; not for unfinished ones."""
    return any(suffix in name for suffix in SUFFIXES) and ".incomplete-" not in name


def write_shard(
    folder: str,
    outcomes: Iterable[Outcome],
    *,
    split: str,
    index: int,
    num_shards: int,
    naming: str = "tfrecord",
) -> Shard:
    """Writes a shard under a temporary name, then renames it.

    Args:
      folder: local or remote.
      outcomes: of the shard's rows, taken as they are written.
      split, index, num_shards, naming: as in `shard_name`.

    Returns:
      What the manifest is to say of it.

    Raises:
      ResourceError: no space is left.
    """
    records, expected, skipped, notes = 0, 0, [], collections.Counter()

    def name() -> str:
        return shard_name(split, index, num_shards, records, naming)

    with files.atomic_path(files.join(folder, name()), rename=name) as path:
        with _no_space_explained(folder), _open(path) as writer:
            for outcome in outcomes:
                notes.update(outcome.notes)
                if outcome.skip is not None:
                    skipped.append(outcome.skip)
                    continue
                writer.write(outcome.record)
                records += 1
                expected += len(outcome.record) + FRAME_BYTES
        written = files.size(path)
        if written != expected:
            raise no_space(folder, f"{written} of {expected} bytes written")
        digest = files.sha256(path)
    return Shard(name(), records, expected, digest, tuple(skipped), dict(sorted(notes.items())))


def _open(path: str):
    import tensorflow as tf

    return tf.io.TFRecordWriter(path)


@contextlib.contextmanager
def _no_space_explained(folder: str):
    """Turns what TensorFlow and the system say of a full disk into a ResourceError."""
    import tensorflow as tf

    try:
        yield
    except (
        tf.errors.ResourceExhaustedError,
        tf.errors.OutOfRangeError,
        tf.errors.UnknownError,
    ) as error:
        raise no_space(folder, error.message.splitlines()[0]) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise
        raise no_space(folder, error.strerror) from None


def no_space(folder: str, detail: str) -> ResourceError:
    """Returns the error that says how much space is left where."""
    if files.is_remote(folder):
        return ResourceError(f"{folder}: cannot write: {detail}")
    free = shutil.disk_usage(folder).free
    return ResourceError(
        f"{folder}: cannot write: {detail}; {free / 1e6:,.0f} MB free there; make room and run the "
        "same command again: finished shards are kept"
    )
