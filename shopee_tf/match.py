"""Matches a new catalogue and writes the submission file.

Usage: python -m shopee_tf.match --matcher=runs/matcher --csv=new.csv --output=submission.csv
"""

from shopee_tf import options


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.define_csv(values)
    options.string(values, "matcher", None, "Folder that calibrate wrote.")
    options.string(values, "images", None, "Folder of the catalogue's photos.")
    options.string(values, "output", "submission.csv", "The file to write.")
    options.define_gpu_memory(values)
    options.require(values, "matcher")


def run(values: options.FlagValues) -> None:
    """Matches every listing of the csv with the others."""
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.matcher import load_matcher, match_catalog
    from shopee_tf.matching.submission import check_ids, write_submission
    from shopee_tf.progress import progress_bar
    from shopee_tf.systems import Source
    from tfrecords import files

    files.check_output(values.output)
    matcher = load_matcher(values.matcher)
    catalog = read_catalog(values.csv, encoding=values.csv_encoding, limit_rows=values.limit_rows)
    check_ids(catalog)
    limit_gpu_memory(values.gpu_memory_gb)
    source = Source(
        catalog,
        images=values.images,
        title_steps=matcher.title_steps,
        progress=progress_bar("matching"),
    )
    matches = match_catalog(matcher, source)
    write_submission(matches, catalog, values.output)
    partners = sum(map(len, matches.values())) - len(matches)
    print(f"{len(catalog):,} listings, {partners:,} matches beside themselves: {values.output}")


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
