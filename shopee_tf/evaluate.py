"""Scores systems, or a submission file, on a labelled catalogue.

Usage:
  python -m shopee_tf.evaluate --csv=train.csv --systems=phash,tfidf,runs/image,runs/text
  python -m shopee_tf.evaluate --csv=labelled.csv --submission=submission.csv

Systems: phash, tfidf, idf, tfidf_chars, idf_chars, glove:FILE, glove_idf:FILE, or the folder of a
run. `a^b` concatenates embeddings, `a~b` adds similarities with fitted weights, `a+b` unites
matches; `^` binds tightest, `+` least. Where no ensemble is named, the union of all is scored too.
"""

from shopee_tf import options

PROTOCOLS = ("held-out", "whole")


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.define_csv(values)
    options.words(values, "systems", [], "Systems to score, separated by commas.")
    options.string(values, "submission", None, "Score this submission file instead.")
    options.string(values, "images", None, "Folder of photos, for systems that need them.")
    options.choice(
        values,
        "protocol",
        "held-out",
        PROTOCOLS,
        "held-out: thresholds from fold f+1, score on fold f, neither trained on. "
        "whole: all rows, threshold chosen on them (for comparing with published figures).",
    )
    options.choice(
        values,
        "candidates",
        "fold",
        ("fold", "catalogue"),
        "held-out: search the fold alone, or the whole catalogue.",
    )
    options.integer(values, "fold", None, "The fold to score; the runs' own by default.")
    options.integer(values, "num_folds", 5, "Folds, where no run says so.", lower_bound=3)
    options.string(values, "output", None, "Write the figures to this JSON file too.")


def run(values: options.FlagValues) -> None:
    """Prints the table of results and writes it as JSON where asked to."""
    from tfrecords.errors import UsageError

    if bool(values.systems) == bool(values.submission):
        raise UsageError("give either --systems=... or --submission=FILE")
    from shopee_tf.data.catalog import read_catalog
    from tfrecords import files

    if values.output:
        files.check_output(values.output)

    catalog = read_catalog(
        values.csv,
        require=("label_group",),
        encoding=values.csv_encoding,
        limit_rows=values.limit_rows,
    )
    results = _submission(values, catalog) if values.submission else _systems(values, catalog)
    from shopee_tf.evaluation import table

    print(f"{table.as_text(results)}\n\n{table.LEGEND}")
    if values.output:
        table.write_results(results, values.output)
        print(f"written to {values.output}")


def _submission(values, catalog):
    from shopee_tf.evaluation import protocol, scoring
    from shopee_tf.matching.submission import read_submission

    matches = read_submission(values.submission, catalog)
    return [scoring.score_submission(matches, catalog, protocol.whole(catalog))]


def _systems(values, catalog):
    from shopee_tf.evaluation import protocol, scoring
    from shopee_tf.progress import progress_bar
    from shopee_tf.systems import Source, read_runs

    unions = _unions(values.systems)
    runs = read_runs([name for union in unions for name in union.names])
    if values.protocol == "whole":
        split = protocol.whole(catalog)
    else:
        split = protocol.held_out(catalog, runs, fold=values.fold, num_folds=values.num_folds)
    source = Source(catalog, images=values.images, progress=progress_bar("working"))
    return scoring.score_systems(source, split, unions, candidates=values.candidates)


def _unions(systems):
    """What the user names and, where no ensemble is among it, the union of it all."""
    from shopee_tf.systems import Union, parse_union

    unions = list(dict.fromkeys(map(parse_union, systems)))
    if any(sign in system for system in systems for sign in "^~+"):
        return unions
    return list(dict.fromkeys([*unions, Union(tuple(u.blends[0] for u in unions))]))


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
