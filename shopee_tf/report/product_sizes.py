"""How many listings products have."""

from collections import Counter

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Block, Figure, Table
from shopee_tf.report.drawing import ACCENT, as_block, new_axes
from shopee_tf.report.shared_values import percent

_ALONE = 10  # sizes with a line of the table each; larger ones share one


def product_size_blocks(catalog: Catalog) -> list[Block]:
    """Draws and lists the frequency of each size of a product; nothing without labels."""
    if catalog.label_groups is None:
        return []
    sizes = Counter(Counter(catalog.label_groups.tolist()).values())
    return [_figure(sizes), _table(sizes)]


def _figure(sizes: Counter) -> Figure:
    figure, (frequency, covered) = new_axes(2)
    along = np.array(sorted(sizes))
    counts = np.array([sizes[size] for size in along.tolist()])
    frequency.bar(along, counts, color=ACCENT, width=0.8)
    frequency.set_yscale("log")
    frequency.yaxis.set_major_formatter("{x:,.0f}")
    frequency.set_ylim(bottom=0.7)
    frequency.set_ylabel("products")
    shares = 100 * np.cumsum(along * counts) / (along * counts).sum()
    covered.plot(along, shares, drawstyle="steps-post", color=ACCENT)
    covered.set_ylim(0, 102)
    covered.set_ylabel("% of listings, in products no larger")
    for axes in (frequency, covered):
        axes.set_xlabel("listings of the product")
        axes.set_xlim(0, along.max() + 1)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return as_block(figure, "product_sizes", "Sizes of products", "The left scale is logarithmic.")


def _table(sizes: Counter) -> Table:
    products = sizes.total()
    listings = sum(size * count for size, count in sizes.items())
    rows = [_row(str(size), {size: sizes[size]}, products, listings) for size in sorted(sizes)]
    larger = {size: count for size, count in sizes.items() if size > _ALONE}
    if larger:
        rows = rows[: len(sizes) - len(larger)]
        rows.append(_row(f"{_ALONE + 1} and more", larger, products, listings))
    header = ("listings", "products", "% of products", "% of listings")
    return Table("", header, tuple(rows))


def _row(name, part, products, listings):
    count = sum(part.values())
    held = sum(size * number for size, number in part.items())
    return (name, f"{count:,}", percent(count, products), percent(held, listings))
