"""The report of prices: a csv with each listing's cheapest other offer."""

import csv
import io
import os
from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.spreadsheet import safe_cell
from shopee_tf.matching.offers import Offer
from tfrecords import files

HEADER = (
    "posting_id", "title", "price", "offer_posting_id", "offer_title", "offer_price", "gap",
    "gap_percent", "probability",
)  # fmt: skip


def write_offers(offers: Sequence[Offer], catalog: Catalog, path: str | os.PathLike) -> None:
    """Writes offers in their order, atomically; what is not known is empty.

    Ids and titles are other people's: one that a spreadsheet would run gets an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_cells(offer, catalog) for offer in offers)
    files.write_text(path, text.getvalue())


def _cells(offer: Offer, catalog: Catalog) -> list[str]:
    own = [*_listing(offer.row, catalog), f"{offer.price}"]
    if offer.other is None:
        return [*own, *[""] * (len(HEADER) - len(own))]
    chance = "" if offer.probability is None else f"{offer.probability:.4f}"
    gap = [f"{offer.other_price}", f"{offer.gap}", f"{offer.gap_percent:.2f}"]
    return [*own, *_listing(offer.other, catalog), *gap, chance]


def _listing(row: int, catalog: Catalog) -> list[str]:
    return [safe_cell(catalog.posting_ids[row]), safe_cell(catalog.titles[row])]
