"""How many listings products have, and titles: the frequency of each number."""

from collections import Counter

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Block, Figure, Table
from shopee_tf.report.drawing import ACCENT, as_block, count_up, new_axes
from shopee_tf.report.shared_values import group_rows, percent

_KINDS = {"label_group": "product", "title": "title"}
_ALONE = 10  # numbers with a line of the table each; larger ones share one


def listing_count_blocks(catalog: Catalog) -> list[Block]:
    """Draws and lists how many products, and how many titles, have 1, 2, 3 ... listings.

    Nothing of products without labels, nor of titles where all are empty.
    """
    blocks: list[Block] = []
    for column, noun in _KINDS.items():
        groups = group_rows(catalog.frame[column]) if column in catalog.frame else []
        if groups:
            counts = Counter(len(group.rows) for group in groups)
            blocks += [_figure(counts, noun), _table(counts, noun)]
    return blocks


def _figure(counts: Counter, noun: str) -> Figure:
    figure, (frequency, covered) = new_axes(2)
    along = np.array(sorted(counts))
    heights = np.array([counts[number] for number in along.tolist()])
    frequency.bar(along, heights, color=ACCENT, width=0.8)
    caption = "The left scale is logarithmic." if count_up(frequency, heights, f"{noun}s") else ""
    shares = 100 * np.cumsum(along * heights) / (along * heights).sum()
    end = along[-1] + 1
    covered.step([0, *along, end], [0, *shares, 100], where="post", color=ACCENT)
    covered.set_ylim(0, 102)
    covered.set_ylabel(f"% of listings, in {noun}s of no more")
    for axes in (frequency, covered):
        axes.set_xlabel(f"listings of the {noun}")
        axes.set_xlim(0, end)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return as_block(figure, f"{noun}_sizes", f"Listings of a {noun}", caption)


def _table(counts: Counter, noun: str) -> Table:
    values = counts.total()
    listings = sum(number * count for number, count in counts.items())
    rows = [_row(str(size), {size: counts[size]}, values, listings) for size in sorted(counts)]
    larger = {number: count for number, count in counts.items() if number > _ALONE}
    if larger:
        rows = rows[: len(counts) - len(larger)]
        name = str(max(larger)) if len(larger) == 1 else f"{min(larger)} to {max(larger)}"
        rows.append(_row(name, larger, values, listings))
    header = ("listings", f"{noun}s", f"% of {noun}s", "% of listings")
    return Table("", header, tuple(rows))


def _row(name, part, values, listings):
    count = sum(part.values())
    held = sum(number * times for number, times in part.items())
    return (name, f"{count:,}", percent(count, values), percent(held, listings))
