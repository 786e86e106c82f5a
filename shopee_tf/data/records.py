"""Builds a TFRecord folder from a catalogue and its photos."""

import functools
import logging
import os
from collections.abc import Callable, Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.image_files import DEFAULT_LIMITS, ImageLimits
from shopee_tf.data.images import JPEG_QUALITY
from shopee_tf.data.record_folder import finish_folder
from shopee_tf.data.record_plan import RecordPlan, make_plan
from shopee_tf.data.record_rows import ImageSettings, SourceRow, make_outcome
from shopee_tf.data.record_space import check_space, estimate_space
from tfrecords import building, files
from tfrecords.errors import UsageError
from tfrecords.ledger import BadRows
from tfrecords.manifest import Manifest, load_manifest
from tfrecords.outputs import check_writable
from tfrecords.shard_tasks import ShardTask, make_shards
from tfrecords.wording import counted
from tfrecords.writer import Shard

# Starting processes, each of which imports TensorFlow, takes longer than this many photos.
_PHOTOS_WORTH_A_POOL = 4000


def build_tfrecords(
    catalog: Catalog,
    output: str | os.PathLike,
    *,
    images: str | os.PathLike | None = None,
    image_size: int = 512,
    jpeg_quality: int = JPEG_QUALITY,
    num_shards: int | None = None,
    num_workers: int | None = None,
    naming: str = "tfrecord",
    split: str = "train",
    limits: ImageLimits = DEFAULT_LIMITS,
    recover_truncated: bool = False,
    max_bad_fraction: float = 0.01,
    strict: bool = False,
    overwrite: bool = False,
    only_shards: Sequence[int] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Manifest | None:
    """Writes every posting as a record, in shards, with a manifest that vouches for them.

    A row whose photo cannot be used is left out and noted in the manifest with the reason. Rows
    keep their numbers. The folder also gets `catalog.csv`, with the hashes of photos that had
    none. A build that was interrupted, or that too many bad photos ended, goes on where it was when
    it is called again; shards from which photos were left out that have been mended are made anew.

    Args:
      catalog: the postings.
      output: folder, local or remote.
      images: folder of the photos; None for titles and hashes only.
      image_size: photos' shorter side is brought down to it, in pixels.
      jpeg_quality: 1 to 95.
      num_shards: about 2,000 rows each where not given.
      num_workers: processes; as many as cores for a large build where not given. With more than
        one, a program that is run as a file needs `if __name__ == "__main__":`.
      naming: "tfrecord" (train-00000-of-00016.tfrecord) or "kaggle" (train00-2141.tfrec).
      split: "train", or "test", which tolerates any number of bad photos.
      limits: what is refused before it is decoded.
      recover_truncated: takes photos that were cut off, the rest grey.
      max_bad_fraction: of the rows that may be left out.
      strict: tolerates no photo whose name leads out of the folder.
      overwrite: removes the shards of other flags.
      only_shards: indices of shards to make anew, whether or not they are finished.
      progress: called with (rows done, rows).

    Returns:
      The manifest; None where shards are still missing because of `only_shards`.

    Raises:
      UsageError: settings that cannot be used, or that are not those of the shards in `output`.
      DataError: too many bad rows.
      ResourceError: not enough room, or no permission.
      LockedError: another build is at work in `output`.

    Example:

    >>> catalog = read_catalog("train.csv")  # doctest: +SKIP
    >>> build_tfrecords(catalog, "data/shopee", images="train_images").written  # doctest: +SKIP
    31192
    """
    root = None if images is None else str(images)
    settings = ImageSettings(root, image_size, jpeg_quality, limits, recover_truncated)
    plan = make_plan(catalog, settings, num_shards=num_shards, naming=naming, split=split)
    output = str(output)
    _check_indices(only_shards, len(plan.shards))
    bad = BadRows(
        len(catalog), max_fraction=1.0 if split == "test" else max_bad_fraction,
        intolerable=("unsafe_path",) if strict else (),
    )  # fmt: skip
    check_writable(output)
    with files.lock(output):
        if not (overwrite or only_shards) and building.is_finished(output, plan.flags):
            building.end(output)  # a build may have died just before it did so
            logging.info("%s: finished already, with the same flags", output)
            return load_manifest(output)
        building.begin(output, plan.flags, overwrite=overwrite)
        shards = _make_missing(output, plan, only_shards, num_workers, bad, progress)
        if len(shards) < len(plan.shards):
            logging.info("%s: %d of %d shards finished", output, len(shards), len(plan.shards))
            return None
        return finish_folder(output, catalog, plan, [shards[index] for index in sorted(shards)])


def _check_indices(only_shards: Sequence[int], num_shards: int) -> None:
    for index in only_shards:
        if not 0 <= index < num_shards:
            raise UsageError(f"--only_shards={index}: expected 0 to {num_shards - 1}")


def _make_missing(
    output: str,
    plan: RecordPlan,
    only_shards: Sequence[int],
    num_workers: int | None,
    bad: BadRows,
    progress: Callable[[int, int], None] | None,
) -> dict[int, Shard]:
    """Makes the shards that are not finished, and returns all that are."""
    shards = building.finished_shards(output, len(plan.shards))
    if not only_shards:  # else whoever calls says which are to be made
        shards = _without_mended(output, plan, shards)
    missing = [index for index in range(len(plan.shards)) if index not in shards]
    wanted = sorted(set(only_shards)) or missing
    if shards:
        logging.info("%s: finished already: %s", output, counted(len(shards), "shard"))
    for index, shard in shards.items():
        if index not in wanted:
            bad.add(shard.skipped)
    check_space(output, estimate_space(output, plan, shards=wanted))
    outcome = functools.partial(make_outcome, settings=plan.settings)
    tasks = [
        ShardTask(
            output, plan.split, index, len(plan.shards), plan.naming, plan.shards[index], outcome
        )
        for index in wanted
    ]

    def on_shard(index: int, shard: Shard) -> None:
        shards[index] = shard
        bad.add(shard.skipped)

    make_shards(
        tasks,
        num_workers=num_workers or _default_workers(plan),
        on_shard=on_shard,
        progress=progress,
    )
    return shards


def _without_mended(output: str, plan: RecordPlan, shards: dict[int, Shard]) -> dict[int, Shard]:
    """The finished shards whose bad photos are as bad as they were: only these are read again."""
    kept = {
        index: shard
        for index, shard in shards.items()
        if _as_bad(shard, plan.shards[index], plan.settings)
    }
    if len(kept) < len(shards):
        mended = counted(len(shards) - len(kept), "shard")
        logging.info("%s: photos have changed that were left out: %s made anew", output, mended)
    return kept


def _as_bad(shard: Shard, rows: Sequence[SourceRow], settings: ImageSettings) -> bool:
    sources = {row.row: row for row in rows}
    return all(
        make_outcome(sources[skip.row], settings=settings).skip == skip for skip in shard.skipped
    )


def _default_workers(plan: RecordPlan) -> int:
    photos = sum(map(len, plan.shards)) if plan.settings.images else 0
    return os.cpu_count() or 1 if photos >= _PHOTOS_WORTH_A_POOL else 1
