"""Fits the decision of several systems together and saves all that matching needs.

Usage: python -m shopee_tf.calibrate --csv=train.csv --systems=phash,runs/text --matcher=FOLDER

Fitted only on listings that none of the systems was trained on.
"""

import logging

from shopee_tf import options, shared_flags
from shopee_tf.progress import signs_of_life


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.words(values, "systems", None, "Systems whose matches are united: see evaluate.")
    options.string(values, "matcher", None, "The folder to write.")
    options.choice(
        values,
        "candidates",
        "catalogue",
        ("catalogue", "fold"),
        "Search all listings of the csv, or only those fitted on. Thresholds suit catalogues of "
        "about the size searched.",
    )
    options.string(values, "images", None, "Folder of photos, for systems that need them.")
    shared_flags.define_titles(values)
    shared_flags.define_decision(values)
    options.boolean(
        values, "search", False,
        "Try guards, refinements, fusions and sets, keep what wins out-of-fold, at twice the size "
        "and with strangers counted double, and print what each was worth. Takes minutes.",
    )  # fmt: skip
    options.boolean(
        values, "every_listing_has_a_partner", False,
        "With --search: also try what assumes this, which is so in the competition's catalogue.",
    )  # fmt: skip
    options.boolean(values, "overwrite", False, "Replace a matcher that stands there already.")
    shared_flags.define_gpu_memory(values)
    options.require(values, "systems", "matcher")


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Fits, saves, and says what was fitted on how many listings."""
    from tfrecords import files
    from tfrecords.errors import UsageError
    from tfrecords.locks import LOCK
    from tfrecords.outputs import check_apart, check_writable

    if values.every_listing_has_a_partner and not values.search:
        raise UsageError("--every_listing_has_a_partner is for --search: give both")
    check_apart(options.paths(values, "matcher"), options.paths(values, "csv"))
    check_writable(values.matcher)
    with files.lock(values.matcher):
        if set(files.list_folder(values.matcher)) - {LOCK} and not values.overwrite:
            raise UsageError(f"{values.matcher} is there already; give --overwrite, or another")
        files.check_replaceable(values.matcher, "matcher.json")
        return _calibrate(values)


def _calibrate(values):
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.evaluation.protocol import rows_to_fit
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.matcher import fit_matcher, save_matcher, seen_by
    from shopee_tf.progress import progress_bar
    from shopee_tf.systems import Source, describe, parse_union, read_runs, unused

    catalog = read_catalog(
        values.csv,
        require=("label_group",),
        encoding=values.csv_encoding,
        limit_rows=values.limit_rows,
    )
    runs = read_runs(parse_union("+".join(values.systems)).names)
    rows = rows_to_fit(catalog, runs)
    limit_gpu_memory(values.gpu_memory_gb)
    source = Source(
        catalog,
        images=values.images,
        title_steps=values.title_steps,
        progress=progress_bar("working"),
    )
    searched = rows if values.candidates == "fold" else None
    matcher = fit_matcher(
        values.systems,
        source,
        rows=rows,
        candidates=searched,
        variant_guard=values.variant_guard,
        fusion=values.fusion,
        sets=values.sets,
        search=values.search,
        progress=progress_bar("trying ways to decide"),
        opt_in=values.every_listing_has_a_partner,
    )
    save_matcher(matcher, values.matcher, seen=seen_by(catalog, rows, runs))
    if values.search:
        print(f"{_tried(matcher.fitted['tried'])}\n")
    print(f"{matcher.decision.union}: {describe(matcher.decision)}")
    _tell_unused(matcher.decision.union, unused(matcher.decision))
    out_of_fold = matcher.f1_is_out_of_fold
    how = "out-of-fold F1, among these," if out_of_fold else "F1 on these same listings"
    fitted = (
        f"fitted on {len(rows):,} listings, for a catalogue of about "
        f"{matcher.fitted['num_candidates']:,} ({how} {matcher.fitted['f1']:.4f})"
    )
    return options.Done(fitted, [values.matcher])


def _tell_unused(union, without):
    every = {str(system) for blend in union.blends for system in blend.systems}
    if every == set(without):
        logging.warning(
            "this matcher matches nothing: on the listings fitted on no threshold of these systems "
            "has a higher F1 than no match at all; give other systems, or more listings"
        )
    elif without:
        print(f"not used, for the others find more without them: {', '.join(without)}")


def _tried(tried) -> str:
    """What each step of a search was worth, a line each."""
    from shopee_tf.evaluation.columns import in_columns

    lines = [("step", "out-of-fold", "twice the size", "strangers double", "")]
    for name, measures, kept in tried:
        said = [f"{measure:.4f}" for measure in measures] if measures else ["too little", "", ""]
        lines.append((name, *said, "kept" if kept else ""))
    told = "Fitted on half of the products (of a draw of them), measured on the others, both ways:"
    return f"{told}\n{in_columns(lines)}"


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
