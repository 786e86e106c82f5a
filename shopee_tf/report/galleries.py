"""Galleries of products: the largest, and some drawn at random."""

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Block, Gallery
from shopee_tf.report.photos import Thumbnail, gallery_row
from shopee_tf.report.shared_values import group_rows, repeated
from tfrecords.wording import counted

_LARGEST, _DRAWN = 5, 6  # rows of a gallery
_LISTINGS = 8  # of a row


def gallery_blocks(catalog: Catalog, thumbnail: Thumbnail, *, seed: int) -> list[Block]:
    """Shows the largest products, random ones of several listings, and listings of random titles.

    Without labels there are no products to show. Titles are shown where one is used again and a
    listing of it has a photo: what has its title alone tells nothing that its caption does not.
    """
    random = np.random.default_rng(seed)
    blocks = []
    if catalog.label_groups is not None:
        products = group_rows(catalog.label_groups)
        blocks += [
            _gallery(catalog, thumbnail, "Largest products", products[:_LARGEST]),
            _gallery(
                catalog,
                thumbnail,
                "Random products",
                _drawn(repeated(products) or products, random),
            ),
        ]
    titles = repeated(group_rows(catalog.titles))
    gallery = _gallery(catalog, thumbnail, "Random titles", _drawn(titles, random))
    if any(one.photo for row in gallery.rows for one in row.listings):
        blocks.append(gallery)
    return blocks


def _drawn(groups, random):
    chosen = random.choice(len(groups), min(_DRAWN, len(groups)), replace=False)
    return [groups[place] for place in chosen]


def _gallery(catalog, thumbnail, name, groups) -> Gallery:
    noun = "Product" if name.endswith("products") else "Title"
    rows = tuple(
        gallery_row(
            catalog,
            thumbnail,
            group.rows[:_LISTINGS],
            f"{noun} {group.value}, {counted(len(group.rows), 'listing')}",
        )
        for group in groups
    )
    return Gallery(name, rows, f"At most {_LISTINGS} listings of each are shown.")
