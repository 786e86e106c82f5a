"""Scores systems, or a submission file, on a labelled catalogue.

Usage:
  python -m shopee_tf.evaluate --csv=train.csv --systems=phash,tfidf,runs/image,runs/text
  python -m shopee_tf.evaluate --csv=labelled.csv --submission=submission.csv

Systems: phash, tfidf, idf, tfidf_chars, idf_chars, idf_shared, idf_chars_shared, glove:FILE,
glove_idf:FILE, the folder of a run (by cosine), or euclidean:FOLDER (by Euclidean distance). `a^b`
concatenates embeddings, `a~b` adds similarities with fitted weights, `a+b` unites matches; `^`
binds tightest, `+` least. Without any `^` or `~` the union of all is scored too.
"""

import logging

from shopee_tf import options, shared_flags
from shopee_tf.progress import signs_of_life

PROTOCOLS = ("held-out", "whole")
SLICES = ("group_size", "language")


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.words(values, "systems", [], "Systems to score, separated by commas.")
    options.string(values, "submission", None, "Score this submission file instead.")
    options.string(values, "images", None, "Folder of photos, for systems that need them.")
    options.choices(
        values,
        "protocol",
        ["held-out"],
        PROTOCOLS,
        "One or both, a table each. held-out: thresholds from fold f+1, score on fold f, neither "
        "trained on. whole: all rows, threshold chosen on them (for comparing with published "
        "figures).",
    )
    options.choice(
        values,
        "candidates",
        "fold",
        ("fold", "catalogue"),
        "held-out: search the fold alone, or the whole catalogue.",
    )
    shared_flags.define_titles(values)
    shared_flags.define_decision(values)
    options.integer(values, "fold", None, "The fold to score; the runs' own by default.")
    options.integer(values, "num_folds", 5, "Folds, where no run says so.", lower_bound=3)
    options.choices(
        values,
        "by",
        [],
        SLICES,
        "Score listings apart by the size of their product, or by the language of their title; "
        "one or both.",
    )
    options.boolean(
        values,
        "size_curve",
        False,
        "Fit each system that stands alone to drawings of N/8, N/4, N/2 and N listings, of those "
        "that no system was trained on.",
    )
    options.integer(
        values, "catalog_size", None,
        "--size_curve: forecast threshold and F1 of a catalogue of so many listings.",
        lower_bound=1,
    )  # fmt: skip
    options.string(values, "output", None, "Write figures and curves to this JSON file too.")
    options.string(
        values,
        "plot",
        None,
        "Draw F1 against threshold into this PNG file; with --size_curve also against N, into one "
        "whose name ends in _sizes.png. With a --fusion: of all systems together, "
        "whether probabilities come true (_reliability.png), and the plane of two (_plane.png).",
    )
    shared_flags.define_gpu_memory(values)


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Prints a table of results for each protocol; writes JSON and draws a plot where asked to."""
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.evaluation.results_file import write_results
    from shopee_tf.systems.grammar import parse_unions
    from tfrecords.wording import counted

    unions = parse_unions(values.systems)
    _check(values, unions)
    catalog = read_catalog(
        values.csv,
        require=("label_group",),
        encoding=values.csv_encoding,
        limit_rows=values.limit_rows,
    )
    if values.submission:
        tables, curves, sizes, drawn = _submission(values, catalog), [], [], []
    else:
        tables, curves, sizes, drawn = _systems(values, catalog, unions)
    _print(tables, values.by, sizes)
    results = [result for results in tables for result in results]
    if values.output:
        write_results(results, values.output, curves=curves, size_curves=sizes)
    if values.plot and (curves or sizes):
        drawn += _draw(values.plot, curves, sizes, unions)
    most = max(result.num_queries for result in results)
    scored = f"{counted(len(results), 'result')}, {most:,} of {len(catalog):,} listings scored"
    return options.Done(scored, [values.output, *drawn])


def _check(values, unions):
    """Refuses what cannot go together or be written, before anything is searched."""
    from shopee_tf.evaluation import plot
    from shopee_tf.systems.grammar import files_of
    from tfrecords.errors import UsageError
    from tfrecords.outputs import check_outputs

    if bool(values.systems) == bool(values.submission):
        raise UsageError("give either --systems=... or --submission=FILE")
    if values.plot and values.submission:
        raise UsageError("--plot is for --systems: a submission file has no similarities")
    for name in ("fusion", "sets", "variant_guard", "title_steps", "candidates"):
        if values.submission and values[name].present:
            raise UsageError(f"--{name} is for --systems: a submission is decided already")
    if values.size_curve and values.submission:
        raise UsageError("--size_curve is for --systems: a submission is of one size")
    if values.size_curve and values.fusion != "union":
        raise UsageError("--size_curve is of thresholds, and a --fusion suits itself to the size")
    if values.plot and values.fusion != "union" and len(values.protocol) > 1:
        raise UsageError("--plot with a --fusion draws one protocol: give one --protocol")
    if values.catalog_size and not values.size_curve:
        raise UsageError("--catalog_size is for --size_curve: give both")
    read = options.paths(values, "csv", "submission")
    read += [("systems", path) for union in unions for path in files_of(union)]
    check_outputs(options.paths(values, "output", "plot"), read)
    curves = ("plot", "size_curve") if values.fusion == "union" else ("size_curve",)
    for flag in filter(lambda name: values[name].value, curves):
        if all(len(union.blends) > 1 for union in unions):
            raise UsageError(f"--{flag} is for systems that stand alone: --systems has only unions")
    if values.plot:
        plot.check_plot(values.plot)


def _submission(values, catalog):
    from shopee_tf.evaluation import protocol, scoring
    from shopee_tf.matching.submission import read_submission

    matches = read_submission(values.submission, catalog)
    found = scoring.score_submission(matches, catalog, protocol.whole(catalog), by=values.by)
    return [[found]]


def _systems(values, catalog, unions):
    """A table for each protocol, the curves against threshold and size, and pictures drawn."""
    from shopee_tf.evaluation import curves, scoring
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.progress import progress_bar
    from shopee_tf.systems import Source, read_runs

    source = Source(
        catalog,
        images=values.images,
        title_steps=values.title_steps,
        progress=progress_bar("working"),
    )
    runs = read_runs([name for union in unions for name in union.names])
    splits = [_split(name, values, catalog, runs) for name in values.protocol]
    limit_gpu_memory(values.gpu_memory_gb)
    tables, drawn, pictures, guard = [], [], [], values.variant_guard
    for split in splits:
        parts = scoring.open_parts(source, split, candidates=values.candidates)
        how = {"variant_guard": guard, "fusion": values.fusion, "sets": values.sets}
        decisions = scoring.fit_decisions(parts, unions, **how)
        tables.append(scoring.score_decisions(parts, decisions, by=values.by))
        if values.plot and values.fusion != "union":
            pictures += _draw_fusion(decisions[-1], parts.score, values.plot)
        elif values.fusion == "union" and (values.plot or values.output):
            drawn += curves.threshold_curves(parts, unions, variant_guard=guard)
    sizes = _sizes(values, source, unions, runs) if values.size_curve else []
    return tables, drawn, sizes, pictures


def _draw_fusion(decision, part, path):
    from shopee_tf.evaluation.fusion_plots import draw_fusion

    drawn = draw_fusion(decision, part, path)
    print(f"expected calibration error {drawn.calibration_error:.3f} (pairs of 1 % or more)")
    if drawn.plane is None:
        print("no plane is drawn: it is of two systems")
    return list(filter(None, drawn[:2]))


def _sizes(values, source, unions, runs):
    from shopee_tf.evaluation import protocol, size_curve
    from shopee_tf.progress import progress_bar

    return size_curve.size_curves(
        source,
        unions,
        rows=protocol.unseen_rows(source.catalog, runs),
        size=values.catalog_size,
        variant_guard=values.variant_guard,
        progress=progress_bar("drawing catalogues"),
    )


def _split(name, values, catalog, runs):
    from shopee_tf.data.folds import TooFewProducts
    from shopee_tf.evaluation import protocol

    if name == "whole":
        return protocol.whole(catalog)
    try:
        return protocol.held_out(catalog, runs, fold=values.fold, num_folds=values.num_folds)
    except TooFewProducts as error:
        raise TooFewProducts(f"{error}, or --protocol=whole") from None


def _print(tables, by, sizes):
    from shopee_tf.evaluation import size_table, table

    for results in tables:
        _warn_without_pairs(results)
        print(f"{table.as_text(results)}\n\n{table.more_as_text(results)}\n")
        for name in by:
            print(f"{table.slices_as_text(results, name)}\n")
    print(f"{table.LEGEND}\n{table.MORE_LEGEND}")
    if sizes:
        print(f"\n{size_table.sizes_as_text(sizes)}\n\n{size_table.SIZE_LEGEND}")


def _draw(path, curves, sizes, unions):
    from shopee_tf.evaluation import plot, size_plot
    from tfrecords.wording import counted

    plot.draw_curves(curves, path)
    without = sum(len(union.blends) > 1 for union in unions)
    if without:
        print(f"no curve for {counted(without, 'union')} of matches")
    if not sizes:
        return [path]
    size_plot.draw_size_curves(sizes, size_plot.sizes_path(path))
    return [path, size_plot.sizes_path(path)]


def _warn_without_pairs(results):
    if results[0].mean_average_precision is None:
        logging.warning(
            "every product among the listings scored has one listing: F1 is 1 where nothing is "
            "found, and says nothing of a system. Look at the column label_group"
        )


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
