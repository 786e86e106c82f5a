"""Checks every byte of a TFRecord folder against its manifest.

Usage: python -m shopee_tf.verify --data=data/shopee [--source=train_images]

With --source, the photos too are compared with those that the records were made of.
"""

from shopee_tf import options


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.string(values, "data", None, "Folder that make_tfrecords wrote.")
    options.string(values, "source", None, "Folder of the photos it was made of.")
    options.require(values, "data")


def run(values: options.FlagValues) -> options.Done:
    """Verifies the folder and says what it holds."""
    from shopee_tf.progress import progress_bar
    from tfrecords.manifest import verify_folder
    from tfrecords.wording import counted

    manifest = verify_folder(values.data, progress=progress_bar("verifying"))
    verified = (
        f"{counted(manifest.written, 'record')} in {counted(len(manifest.shards), 'shard')}, "
        f"every byte as written, {counted(manifest.rows_in, 'row')} in, "
        f"{len(manifest.skipped):,} left out"
    )
    if values.source is not None:
        from shopee_tf.data.record_sources import check_sources

        count = check_sources(values.data, values.source, progress=progress_bar("comparing"))
        verified += f"; {counted(count, 'photo')}, each the one that its record was made of"
    return options.Done(verified)


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
