"""Prices of listings, read strictly."""

import re
from collections.abc import Sequence
from decimal import Decimal

from shopee_tf.data.catalog import Catalog
from tfrecords.errors import DataError

_PRICE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")


def read_prices(catalog: Catalog, *, places: Sequence[str] = ()) -> list[Decimal | None]:
    """Reads the column price: of each row its price, None where the column is empty.

    Args:
      catalog: the listings.
      places: [n] of each row the file it comes from, for errors; not given: none is named.

    Raises:
      DataError: no such column, or a price that is no number above 0; with its posting id.

    Example:
      >>> import pandas as pd
      >>> from shopee_tf.data.catalog import catalog_from_frame
      >>> table = pd.DataFrame({"posting_id": list("ab"), "title": "tas", "price": ["12.50", ""]})
      >>> read_prices(catalog_from_frame(table))
      [Decimal('12.50'), None]
    """
    if "price" not in catalog.frame:
        found = ", ".join(catalog.frame.columns)
        raise DataError(f"a report of prices needs the column price; found {found}")
    said = [f"posting_id {posting}" for posting in catalog.posting_ids]
    if len(places):
        said = [f"{place}: {one}" for place, one in zip(places, said, strict=True)]
    return list(map(_price, said, catalog.frame["price"]))


def _price(place: str, text: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    if not _PRICE.fullmatch(text) or not Decimal(text):
        raise DataError(
            f"{place}: price {text!r} is no number above 0; write it as 12000 or 12000.50, without "
            "currency and thousands separators"
        )
    return Decimal(text)
