"""Prices of listings, read strictly."""

import re
from decimal import Decimal

from shopee_tf.data.catalog import Catalog
from tfrecords.errors import DataError

_PRICE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")


def read_prices(catalog: Catalog) -> list[Decimal | None]:
    """Reads the column price: of each row its price, None where the column is empty.

    Raises:
      DataError: no such column, or a price that is no number above 0; with its row.

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
    return [_price(text.strip(), row, catalog) for row, text in enumerate(catalog.frame["price"])]


def _price(text: str, row: int, catalog: Catalog) -> Decimal | None:
    if not text:
        return None
    if not _PRICE.fullmatch(text) or not Decimal(text):
        raise DataError(
            f"row {row} (posting_id {catalog.posting_ids[row]}): price {text!r} is no number above "
            "0; write it as 12000 or 12000.50, without currency and thousands separators"
        )
    return Decimal(text)
