"""Checks of a folder's files against its manifest."""

from collections.abc import Callable, Iterator

from tfrecords import files
from tfrecords.errors import IntegrityError
from tfrecords.manifest import CATALOG, Manifest
from tfrecords.writer import FRAME_BYTES, Shard, is_shard_name

_GZIP = b"\x1f\x8b"


def check_files(folder: str, manifest: Manifest) -> None:
    """Checks that the files of the manifest are there with their sizes, and no other shard is.

    Raises:
      IntegrityError: listing the files at fault.
    """
    present = files.list_folder(folder)
    listed = {shard.name for shard in manifest.shards}
    missing = [name for name in (*sorted(listed), CATALOG) if name not in present]
    extra = [name for name in present if is_shard_name(name) and name not in listed]
    if missing or extra:
        parts = [f"missing {_few(missing)}"] * bool(missing)
        parts += [f"not in its manifest: {_few(extra)}"] * bool(extra)
        fix = _rebuild([i for i, shard in enumerate(manifest.shards) if shard.name in missing])
        raise IntegrityError(
            f"{folder}: {'; '.join(parts)}; a file was renamed, lost, or comes from another "
            f"build; put it right, or {fix}"
        )
    for index, shard in enumerate(manifest.shards):
        size = files.size(files.join(folder, shard.name))
        if size != shard.bytes:
            raise IntegrityError(
                f"{files.join(folder, shard.name)}: expected {shard.records} records, file has "
                f"{size} bytes{_instead_of(folder, shard, size)}; {_rebuild([index])}"
            )


def check_sums(
    folder: str, manifest: Manifest, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Compares the sha256 of every file with the manifest.

    Raises:
      IntegrityError: naming the file, and where in it the damage begins.
    """
    expected = [(CATALOG, manifest.catalog_sha256)]
    expected += [(shard.name, shard.sha256) for shard in manifest.shards]
    for done, (name, sha256) in enumerate(expected):
        path = files.join(folder, name)
        if files.sha256(path) != sha256:
            if name == CATALOG:
                raise IntegrityError(f"{path}: changed since it was written; build it again")
            raise IntegrityError(f"{path}: damaged{_first_damage(path)}; {_rebuild([done - 1])}")
        if progress:
            progress(done + 1, len(expected))


def record_offsets(path: str) -> Iterator[tuple[int, bytes]]:
    """Yields (offset of the record in its file, its bytes).

    Raises:
      tf.errors.DataLossError: where a checksum does not hold.
    """
    import tensorflow as tf

    offset = 0
    for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
        yield offset, record
        offset += len(record) + FRAME_BYTES


def _first_damage(path: str) -> str:
    import tensorflow as tf

    after = 0
    try:
        for offset, record in record_offsets(path):
            after = offset + len(record) + FRAME_BYTES
    except tf.errors.DataLossError:
        return f" from the record at byte {after} on"
    return " (its records are whole, but not those that were written)"


def _instead_of(folder: str, shard: Shard, size: int) -> str:
    if size == 0:
        return ""
    with files.open_read(files.join(folder, shard.name)) as file:
        if file.read(2) == _GZIP:
            return f", compressed with gzip, instead of {shard.bytes} plain ones"
    return f" instead of {shard.bytes}"


def _rebuild(indices: list[int]) -> str:
    if not indices:
        return "build it again with --overwrite"
    return f"rebuild with --only_shards={','.join(str(index) for index in indices)}"


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
