"""Tells why pairs of listings match, or do not: a card for each pair.

Usage:
  python -m shopee_tf.explain --matcher=runs/matcher --csv=new.csv --pair=ID1,ID2
  python -m shopee_tf.explain --matcher=runs/matcher --csv=new.csv --listing=ID --output=cards.json

On a terminal, or beside --output, cards are text; elsewhere they are printed as JSON.
"""

import sys

from shopee_tf import options, shared_flags
from shopee_tf.progress import signs_of_life


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.string(values, "matcher", None, "Folder that calibrate wrote.")
    options.string(values, "images", None, "Folder of the catalogue's photos.")
    options.repeated(values, "pair", "Two posting ids and a comma between them; again for more.")
    options.string(values, "pairs", None, "File with a pair in each line, as --pair has it.")
    options.string(values, "listing", None, "Explain all that this posting id may match.")
    options.string(values, "output", None, "Write the cards to this JSON file too.")
    shared_flags.define_gpu_memory(values)
    options.require(values, "matcher")


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Prints a card for each pair, and writes them where asked to."""
    import json

    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.posting_ids import rows_of
    from shopee_tf.explaining.cards import Explainer, as_json
    from shopee_tf.explaining.text import card_as_text
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.matcher import load_matcher
    from shopee_tf.progress import progress_bar
    from shopee_tf.systems import Source
    from tfrecords import files
    from tfrecords.outputs import check_outputs
    from tfrecords.wording import counted

    check_outputs(options.paths(values, "output"), options.paths(values, "csv", "pairs", "matcher"))
    pairs = _pairs(values)
    matcher = load_matcher(values.matcher)
    catalog = read_catalog(
        values.csv, labels=False, encoding=values.csv_encoding, limit_rows=values.limit_rows
    )
    named = [posting for pair in pairs for posting in pair]
    rows_of(catalog, named if values.listing is None else [*named, values.listing])
    limit_gpu_memory(values.gpu_memory_gb)
    progress = progress_bar("searching")
    explainer = Explainer(
        matcher,
        Source(catalog, images=values.images, title_steps=matcher.title_steps, progress=progress),
    )
    if values.listing is not None:
        pairs += [(values.listing, other) for other in explainer.candidates(values.listing)]
    cards = [explainer.card(*pair) for pair in pairs]
    if values.output:
        files.write_json(values.output, as_json(tuple(cards)))
    as_text = bool(values.output) or sys.stdout.isatty()
    if as_text:
        print("\n\n\n".join(map(card_as_text, cards)) or f"{values.listing}: nothing is like it")
    else:
        print(json.dumps(as_json(tuple(cards)), ensure_ascii=False, indent=2))
    pairs_of = f"cards of {counted(len(cards), 'pair')} among {counted(len(catalog), 'listing')}"
    return options.Done(pairs_of, [values.output], piped=not as_text)


def _pairs(values: options.FlagValues) -> list[tuple[str, str]]:
    from shopee_tf.data.posting_ids import read_lines
    from tfrecords.errors import UsageError

    said = [("--pair", text) for text in values.pair]
    if values.pairs is not None:
        said += read_lines(values.pairs)
    if not said and values.listing is None:
        raise UsageError("give --pair=ID1,ID2, --pairs=FILE or --listing=ID")
    return [_pair(text, place) for place, text in said]


def _pair(text: str, place: str) -> tuple[str, str]:
    from tfrecords.errors import UsageError

    ids = [part.strip() for part in text.split(",")]
    if len(ids) != 2 or not all(ids):
        raise UsageError(f"{place}: expected two posting ids and a comma between, saw {text!r}")
    if ids[0] == ids[1]:
        raise UsageError(f"{place}: both posting ids are {ids[0]}; give two listings")
    return ids[0], ids[1]


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()
