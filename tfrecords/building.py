"""A build in progress: what it was asked to make, and which of its shards are finished.

Until the manifest is written, each finished shard has a receipt in the folder `.building`; a build
that was interrupted keeps the shards whose bytes agree with their receipts.
"""

from collections.abc import Callable, Iterable

from tfrecords import files
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.manifest import MANIFEST, read_manifest
from tfrecords.writer import Shard, is_shard_name, shard_from_json, shard_to_json

STATE = ".building"
_PLAN = "plan.json"


def begin(folder: str, flags: dict, *, overwrite: bool = False) -> None:
    """Opens a folder for a build with these flags, or goes on with one of the same flags.

    The caller holds the lock of the folder.

    Args:
      folder: local or remote; made where it does not exist.
      flags: everything that the bytes depend on, as plain JSON values.
      overwrite: removes what another build left there. Where that ended without a record, all its
        rows being bad, it is removed in any case.

    Raises:
      UsageError: the folder holds the shards of other flags.
    """
    files.make_folder(folder)
    files.remove_leftovers(folder)
    if overwrite or _has_only_bad_rows(folder):
        _clear(folder)
    old = _flags_of(folder)
    strangers = [name for name in files.list_folder(folder) if is_shard_name(name)]
    if old is None and strangers:
        raise UsageError(
            f"{folder}: holds {strangers[0]} and no record of how it was made; give another "
            "--output, or --overwrite"
        )
    if old is not None and old != flags:
        raise UsageError(
            f"{folder}: made with other flags: {_difference(old, flags)}; give another --output, "
            "or --overwrite"
        )
    _reopen(folder, flags)


def _reopen(folder: str, flags: dict) -> None:
    """Turns a finished folder into one in progress, its manifest into receipts."""
    if files.exists(files.join(folder, MANIFEST)):
        for index, shard in enumerate(read_manifest(folder).shards):
            write_receipt(folder, index, shard)
    files.make_folder(files.join(folder, STATE))
    files.write_json(files.join(folder, STATE, _PLAN), flags)
    files.remove(files.join(folder, MANIFEST))


def end(folder: str) -> None:
    """Removes what only a build in progress needs. Call it after the manifest is written."""
    files.remove(files.join(folder, STATE))


def remove_superseded(folder: str, shards: Iterable[Shard]) -> None:
    """Removes shards made anew under another name, as Kaggle's names tell the record count."""
    kept = {shard.name for shard in shards}
    stems = {name.rpartition("-")[0] for name in kept if name.endswith(".tfrec")}
    for name in files.list_folder(folder):
        if is_shard_name(name) and name not in kept and name.rpartition("-")[0] in stems:
            files.remove(files.join(folder, name))


def write_receipt(folder: str, index: int, shard: Shard) -> None:
    """Notes that a shard is finished."""
    files.make_folder(files.join(folder, STATE))
    files.write_json(_receipt(folder, index), shard_to_json(shard))


def finished_shards(
    folder: str, num_shards: int, *, progress: Callable[[int, int], None] | None = None
) -> dict[int, Shard]:
    """Returns the shards, by index, whose bytes agree with their receipts."""
    finished = {}
    for index in range(num_shards):
        shard = _read_receipt(folder, index)
        if shard is not None and _agrees(files.join(folder, shard.name), shard):
            finished[index] = shard
        if progress:
            progress(index + 1, num_shards)
    return finished


def _receipt(folder: str, index: int) -> str:
    return files.join(folder, STATE, f"{index:05d}.json")


def _read_receipt(folder: str, index: int) -> Shard | None:
    path = _receipt(folder, index)
    return shard_from_json(files.read_json(path)) if files.exists(path) else None


def _agrees(path: str, shard: Shard) -> bool:
    if not files.exists(path) or files.size(path) != shard.bytes:
        return False
    return files.sha256(path) == shard.sha256


def _has_only_bad_rows(folder: str) -> bool:
    """Whether an unfinished build has finished shards, and not one record in them."""
    state = files.join(folder, STATE)
    if files.exists(files.join(folder, MANIFEST)) or not files.exists(state):
        return False
    names = files.list_folder(state)
    receipts = [name for name in names if name.endswith(".json") and name != _PLAN]
    shards = [shard_from_json(files.read_json(files.join(state, name))) for name in receipts]
    return bool(shards) and not any(shard.records for shard in shards)


def _flags_of(folder: str) -> dict | None:
    """The flags of the build that a folder holds, finished or not; None of an empty one."""
    if files.exists(files.join(folder, MANIFEST)):
        return read_manifest(folder).flags
    path = files.join(folder, STATE, _PLAN)
    return files.read_json(path) if files.exists(path) else None


def _clear(folder: str) -> None:
    """Removes the manifest first, so that nobody reads the rest meanwhile."""
    files.remove(files.join(folder, MANIFEST))
    files.remove(files.join(folder, STATE))
    for name in files.list_folder(folder):
        if is_shard_name(name):
            files.remove(files.join(folder, name))


def _difference(old: dict, new: dict) -> str:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return ", ".join(
        f"another {name.removesuffix('_sha256')}"  # a sum says nothing to people
        if name.endswith("_sha256")
        else f"{name} was {old.get(name)} and is {new.get(name)}"
        for name in names
    )


def is_finished(folder: str, flags: dict) -> bool:
    """True where a folder was built with these flags and every byte is as it was written."""
    from tfrecords.manifest import verify_folder

    try:
        return verify_folder(folder).flags == flags
    except IntegrityError:
        return False
