"""Builds a TFRecord folder from a csv and a folder of photos.

Usage: python -m shopee_tf.make_tfrecords --csv=train.csv --images=train_images --output=data/shopee

Without --images the records hold titles and hashes only. The same command again finishes a build
that was interrupted. Rows whose photo cannot be used are listed in the folder's manifest.json.
"""

from shopee_tf import options, shared_flags


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.string(values, "images", None, "Folder of the photos; not given: titles and hashes.")
    options.string(values, "output", None, "Folder to write, local or gs://.")
    options.choice(values, "split", "train", ("train", "test"), "test tolerates any bad photo.")
    options.integer(values, "num_shards", None, "Files; about 2,000 rows each.", lower_bound=1)
    options.integer(values, "num_workers", None, "Processes.", lower_bound=1)
    options.choice(values, "naming", "tfrecord", ("tfrecord", "kaggle"), "How files are named.")
    options.words(values, "only_shards", (), "Make only these shards anew, as 3,7.")
    options.boolean(values, "overwrite", False, "Replace what other flags made in --output.")
    options.boolean(values, "dry_run", False, "Say how much room it takes, and build nothing.")
    options.require(values, "output")
    _define_photo_flags(values)


def _define_photo_flags(values: options.FlagValues) -> None:
    from shopee_tf.data.image_files import DEFAULT_LIMITS as limits

    options.integer(
        values, "image_size", 512, "Shorter side of a photo in pixels, at most.", lower_bound=8
    )
    options.integer(values, "jpeg_quality", 90, "1 to 95.", lower_bound=1, upper_bound=95)
    options.number(
        values, "max_bad_fraction", 0.01, "Of rows that may be left out.",
        lower_bound=0.0, upper_bound=1.0,
    )  # fmt: skip
    options.integer(
        values, "max_pixels", limits.max_pixels, "Width times height of a photo, at most.",
        lower_bound=64, upper_bound=178_000_000,
    )  # fmt: skip
    options.integer(
        values, "max_image_bytes", limits.max_bytes, "Of a photo's file.", lower_bound=1
    )
    options.boolean(values, "recover_truncated", False, "Take photos that were cut off.")
    options.boolean(values, "follow_symlinks", False, "Let links lead out of --images.")
    options.boolean(values, "strict", False, "Refuse any name that leads out of --images.")


def run(values: options.FlagValues) -> options.Done:
    """Reads the catalogue, builds the folder and says what is in it."""
    from tfrecords import files
    from tfrecords.manifest import CATALOG
    from tfrecords.outputs import check_apart, check_writable

    check_apart([("output", files.join(values.output, CATALOG))], options.paths(values, "csv"))
    if not values.dry_run:
        check_writable(values.output)
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.image_files import check_images
    from shopee_tf.progress import progress_bar

    catalog = read_catalog(values.csv, encoding=values.csv_encoding, limit_rows=values.limit_rows)
    check_images(catalog.images, values.images)
    from shopee_tf.data.records import build_tfrecords  # TensorFlow: after what a moment checks

    settings = _settings(values)
    shape = {"num_shards": values.num_shards, "naming": values.naming, "split": values.split}
    if values.dry_run:
        return _estimated(catalog, values.output, settings, shape)
    manifest = build_tfrecords(
        catalog,
        values.output,
        num_workers=values.num_workers,
        max_bad_fraction=values.max_bad_fraction,
        strict=values.strict,
        overwrite=values.overwrite,
        only_shards=_indices(values.only_shards),
        progress=progress_bar("building"),
        **settings._asdict(),
        **shape,
    )
    return _built(values.output, manifest)


def _settings(values: options.FlagValues):
    from shopee_tf.data.image_files import DEFAULT_LIMITS
    from shopee_tf.data.record_rows import ImageSettings

    limits = DEFAULT_LIMITS._replace(
        max_bytes=values.max_image_bytes,
        max_pixels=values.max_pixels,
        follow_symlinks=values.follow_symlinks,
    )
    return ImageSettings(
        values.images, values.image_size, values.jpeg_quality, limits, values.recover_truncated
    )


def _indices(words: list[str]) -> list[int]:
    from tfrecords.errors import UsageError

    if not all(word.isdecimal() for word in words):
        raise UsageError(f"--only_shards={','.join(words)}: expected numbers, as 3,7")
    return [int(word) for word in words]


def _estimated(catalog, output, settings, shape) -> options.Done:
    from shopee_tf.data.record_plan import make_plan
    from shopee_tf.data.record_space import check_space, estimate_space
    from tfrecords.wording import counted

    plan = make_plan(catalog, settings, **shape)
    space = estimate_space(output, plan)
    free = "" if space.free is None else f"; {space.free / 1e6:,.0f} MB free"
    estimate = (
        f"{counted(len(catalog), 'row')} in {counted(len(plan.shards), 'shard')}: about "
        f"{space.needed / 1e6:,.1f} MB{free} at {output}"
    )
    check_space(output, space)
    return options.Done(f"dry run, {estimate}")


def _built(output, manifest) -> options.Done:
    from tfrecords.ledger import describe
    from tfrecords.wording import counted

    if manifest is None:
        more = "more shards are to be made, by the same command without --only_shards"
        return options.Done(more, [output])
    if manifest.notes:
        mended = ", ".join(f"{name} {count}" for name, count in sorted(manifest.notes.items()))
        print(f"mended: {mended}")
    if manifest.skipped:
        print(f"left out {counted(len(manifest.skipped), 'row')}: {describe(manifest.skipped)}")
    size = sum(shard.bytes for shard in manifest.shards) / 1e6
    records = f"{counted(manifest.written, 'record')} in {counted(len(manifest.shards), 'shard')}"
    return options.Done(f"{records}, {size:,.1f} MB", [output])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
