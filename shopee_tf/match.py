"""Matches a new catalogue and writes the submission file.

Usage:
  python -m shopee_tf.match --matcher=runs/matcher --csv=new.csv --output=submission.csv
  python -m shopee_tf.match --matcher=runs/matcher --csv=new.csv --against=older.csv

With --against the listings of the csv are new to an older catalogue: they alone are asked about
and written, and what they match may be old or new.
"""

from shopee_tf import options, shared_flags
from shopee_tf.progress import signs_of_life


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.string(values, "matcher", None, "Folder that calibrate wrote.")
    options.string(values, "images", None, "Folder of the catalogue's photos.")
    options.string(values, "against", None, "The csv of an older catalogue, to find matches in.")
    options.string(
        values, "against_images", None, "Folder of the older catalogue's photos; --images if not "
        "given.",
    )  # fmt: skip
    options.string(
        values, "remove", None, "File of posting ids, one a line: leave these listings of the "
        "older catalogue out.",
    )  # fmt: skip
    options.string(values, "output", "submission.csv", "The file to write.")
    options.string(
        values, "probabilities", None, "Write how likely each candidate is a match, and that there "
        "is none, to this csv; of a matcher fitted with --fusion.",
    )  # fmt: skip
    options.string(
        values, "groups", None, "Write the group of each listing searched to this csv; of a "
        "matcher fitted with --fusion.",
    )  # fmt: skip
    options.string(
        values, "previous_groups", None, "A csv of --groups: groups keep the ids they had there.",
    )  # fmt: skip
    options.string(
        values, "report_prices", None, "Write, for a csv with a column price, the cheapest other "
        "offer of each listing's product to this csv.",
    )  # fmt: skip
    options.number(
        values,
        "price_confidence",
        0.9,
        "--report_prices: the probability that an offer is of the same product. A union of "
        "thresholds tells none: there, what each of its blends takes and no size, model or count "
        "contradicts.",
        lower_bound=0.0,
        upper_bound=1.0,
    )
    shared_flags.define_gpu_memory(values)
    options.require(values, "matcher")


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Matches the listings of the csv with each other, and with those of an older catalogue."""
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.matcher import load_matcher, open_part
    from shopee_tf.matching.group_file import read_group_ids
    from shopee_tf.matching.submission import check_ids, write_submission
    from shopee_tf.progress import progress_bar
    from shopee_tf.systems import Source, decide
    from tfrecords.outputs import check_apart, check_outputs
    from tfrecords.wording import counted

    _check(values)
    written = options.paths(values, "groups", "probabilities", "report_prices", "output")
    read = options.paths(values, "csv", "against", "remove", "matcher")
    check_outputs(written, read)
    # Groups may take the place of those before them.
    others = [(name, path) for name, path in written if name != "groups"]
    check_apart(others, options.paths(values, "previous_groups"))
    matcher = load_matcher(values.matcher)
    _check_decision(values, matcher.decision)
    previous = read_group_ids(values.previous_groups) if values.previous_groups else {}
    catalog, rows, images = _catalog(values)
    check_ids(catalog)
    prices = _prices(values, catalog, rows) if values.report_prices else None
    limit_gpu_memory(values.gpu_memory_gb)
    source = Source(
        catalog,
        images=images,
        title_steps=matcher.title_steps,
        progress=progress_bar("matching"),
    )
    part = open_part(matcher, source, rows=rows)
    matches = decide(matcher.decision, part).matches
    write_submission(matches, catalog, values.output, rows=rows)
    partners = sum(map(len, matches.values())) - len(matches)
    among = ""
    if values.against is not None:
        among = f", new, among {counted(len(catalog), 'listing')} with the older"
    _tell_probabilities(values, matcher.decision, part, previous)
    if prices is not None:
        _report_prices(values, matcher.decision, part, prices)
    besides = "1 match" if partners == 1 else f"{partners:,} matches"
    matched = f"{counted(len(rows), 'listing')}{among}, {besides} besides themselves"
    return options.Done(matched, [path for _, path in reversed(written)])


def _check(values):
    from tfrecords.errors import UsageError

    for name in ("against_images", "remove"):
        if values[name].value is not None and values.against is None:
            raise UsageError(f"--{name} is for an older catalogue: give --against=older.csv too")
    if values.against_images is not None and values.images is None:
        raise UsageError("--against_images without --images: give both, or leave both out")


def _check_decision(values, decision):
    from shopee_tf.systems import PairDecision
    from tfrecords.errors import UsageError

    if values.previous_groups is not None and values.groups is None:
        raise UsageError("--previous_groups is for --groups: give both")
    for name in ("probabilities", "groups"):
        if values[name].value is not None and not isinstance(decision, PairDecision):
            raise UsageError(
                f"--{name} needs probabilities, and {values.matcher} has thresholds: calibrate it "
                "with --fusion=pairs"
            )


def _tell_probabilities(values, decision, part, previous):
    """What a decision by probabilities knows beyond the matches."""
    from shopee_tf.matching.probability_file import write_probabilities
    from shopee_tf.systems import PairDecision, catalogue_shift, judge
    from shopee_tf.systems.judged import expected_sets
    from tfrecords.wording import counted

    if not isinstance(decision, PairDecision):
        return
    judged = judge(decision, part)
    factor = catalogue_shift(decision, part).factor
    if factor < 1:
        print(
            f"fewer listings seem to have a partner than where it was fitted: odds x {factor:.3f}"
        )
    sets = expected_sets(judged)
    print(
        f"forecast of F1, by sets of the highest expected F1: {sets.expected_f1.mean():.3f}; "
        f"most likely without a match: {counted(int((sets.no_match > 0.5).sum()), 'listing')}"
    )
    catalog = part.source.catalog
    if values.probabilities:
        write_probabilities(
            *judged, no_match=sets.no_match, catalog=catalog, path=values.probabilities
        )
    if values.groups:
        _write_groups(values, decision, part, previous)


def _write_groups(values, decision, part, previous):
    from shopee_tf.matching.group_file import write_group_ids
    from shopee_tf.matching.group_ids import stable_ids
    from shopee_tf.systems import group_rows
    from tfrecords.wording import counted

    groups = group_rows(decision, part)
    ids = part.source.catalog.posting_ids
    named = stable_ids(groups, ids, previous)
    write_group_ids(
        dict(zip(ids[groups.rows].tolist(), named.tolist(), strict=True)), values.groups
    )
    print(counted(len(set(named.tolist())), "group"))


def _catalog(values):
    """The catalogue, the rows that are asked about [m] int32, and the folder of its photos."""
    import numpy as np

    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.catalog_join import join_catalogs, join_photos

    catalog = read_catalog(
        values.csv, labels=False, encoding=values.csv_encoding, limit_rows=values.limit_rows
    )
    if values.against is None:
        return catalog, np.arange(len(catalog), dtype=np.int32), values.images
    joined = join_catalogs(_older(values), catalog)
    if joined.repeated:
        print(f"{joined.repeated:,} of the listings stand in {values.against} as they are: not new")
    if values.images is None:
        return joined.catalog, joined.new_rows, None
    older = values.against_images or values.images
    catalog, folder = join_photos(joined, images=values.images, older=older)
    return catalog, joined.new_rows, folder


def _older(values):
    import numpy as np

    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.posting_ids import read_lines, rows_of
    from tfrecords.errors import UsageError

    older = read_catalog(values.against, labels=False, encoding=values.csv_encoding)
    if values.remove is None:
        return older
    gone = rows_of(older, [text for _, text in read_lines(values.remove)], place=values.remove)
    kept = np.setdiff1d(np.arange(len(older)), gone)
    if not len(kept):
        raise UsageError(f"{values.remove} removes all of {values.against}: leave --against out")
    return older.take(kept)


def _prices(values, catalog, rows):
    import numpy as np

    from shopee_tf.data.prices import read_prices

    places = np.full(len(catalog), values.against or values.csv, object)
    places[rows] = values.csv
    return read_prices(catalog, places=places)


def _report_prices(values, decision, part, prices):
    from shopee_tf.matching.offers import cheapest_offers
    from shopee_tf.matching.price_report import write_offers
    from shopee_tf.systems import same_pairs
    from tfrecords.wording import counted

    catalog, rows = part.source.catalog, part.queries
    pairs = same_pairs(decision, part, confidence=values.price_confidence)
    offers = cheapest_offers(pairs, prices, rows=rows, currencies=catalog.frame.get("currency"))
    write_offers(offers, catalog, values.report_prices)
    cheaper = sum(offer.gap is not None and offer.gap > 0 for offer in offers)
    print(
        f"{counted(len(offers), 'listing')} with a price, {cheaper:,} of them cheaper elsewhere, "
        f"{len(rows) - len(offers):,} without a price left out"
    )


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
