"""The audit of a catalogue: what its columns hold, and what was mended while it was read."""

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Block, Table, Text
from shopee_tf.report.shared_values import group_rows, percent, repeated
from tfrecords.wording import counted

_COLUMNS = ("column", "filled", "missing", "unique", "values used again", "most used", "by")
_NOTES = {
    "nul_dropped": "NUL bytes dropped",
    "duplicate_rows": "rows that repeat another row, dropped",
    "products_of_one": "products of one listing",
    "titles_cut": "titles too long, cut",
    "titles_with_escapes": "titles with literal byte escapes, undone",
    "titles_empty": "titles that are empty",
}
_LONGEST = 60  # characters of a value that are shown


def audit_blocks(catalog: Catalog) -> list[Block]:
    """Counts what each column holds, and tells what was counted while reading."""
    blocks = [Text(_summary(catalog)), _columns(catalog)]
    if catalog.notes:
        rows = tuple((_NOTES.get(name, name), f"{n:,}") for name, n in catalog.notes.items())
        blocks.append(Table("Counted while reading", ("what", "number"), rows))
    return blocks


def _summary(catalog):
    listings = counted(len(catalog), "listing")
    if catalog.label_groups is None:
        return (
            f"{listings}. There is no column label_group: what needs to know products is left out."
        )
    sizes = [len(group.rows) for group in group_rows(catalog.label_groups)]
    parts = f"{listings} of {counted(len(sizes), 'product')}."
    most, pairs = counted(max(sizes), "listing"), sizes.count(2)
    if min(sizes) == max(sizes):
        return f"{parts} Every product has {most}." if len(sizes) > 1 else parts
    alike = sizes.count(max(sizes))
    largest = f"{alike:,} largest products have" if alike > 1 else "largest product has"
    two = f" {percent(pairs, len(sizes))} of the products have two." if pairs else ""
    return f"{parts} The {largest} {most}{' each' if alike > 1 else ''}.{two}"


def _columns(catalog):
    rows = tuple(_column(name, catalog.frame[name]) for name in catalog.frame.columns)
    caption = (
        "unique: different values. values used again: those that two or more listings have. "
        "most used: the value that the most listings have, and how many these are."
    )
    return Table("Columns", _COLUMNS, rows, caption)


def _column(name, values):
    groups = group_rows(values)
    filled = sum(len(group.rows) for group in groups)
    shared = repeated(groups)
    counts = (filled, len(values) - filled, len(groups), len(shared))
    most, by = (_cut(shared[0].value), f"{len(shared[0].rows):,}") if shared else ("", "-")
    return (name, *(f"{count:,}" for count in counts), most, by)


def _cut(value):
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
