"""The cheapest offer of the same product, by hand."""

import csv
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.prices import read_prices
from shopee_tf.data.spreadsheet import safe_cell
from shopee_tf.matching.offers import Offer, SamePairs, cheapest_offers
from shopee_tf.matching.price_report import HEADER, write_offers
from tfrecords.errors import DataError


def pairs(*triples):
    rows, others, chances = zip(*triples, strict=True)
    return SamePairs(np.array(rows), np.array(others), np.array(chances))


def prices(*texts):
    return [Decimal(text) if text else None for text in texts]


def test_the_cheapest_offer_and_the_gap():
    found = cheapest_offers(
        pairs((0, 1, 0.9), (0, 2, 0.95)), prices("80.00", "60.50", "70"), rows=[0]
    )
    # 80 - 60.50 is 19.50, which is 24.375 per cent of 80.
    assert found == [Offer(0, Decimal(80), 1, Decimal("60.50"), Decimal("19.50"), 24.375, 0.9)]


def test_the_gap_is_below_zero_where_the_listing_itself_is_cheapest():
    (found,) = cheapest_offers(pairs((1, 0, 0.9)), prices("80", "50"), rows=[1])
    assert (found.gap, found.gap_percent) == (Decimal(-30), -60.0)


def test_cents_are_exact():
    (found,) = cheapest_offers(pairs((0, 1, 1.0)), prices("0.30", "0.20"), rows=[0])
    assert str(found.gap) == "0.10"


def test_a_listing_without_an_offer_stands_alone():
    (found,) = cheapest_offers(pairs((0, 0, 1.0)), prices("5"), rows=[0])
    assert found == Offer(0, Decimal(5), None, None, None, None, None)


def test_what_has_no_price_is_neither_asked_about_nor_offered():
    found = cheapest_offers(pairs((0, 1, 1.0), (1, 0, 1.0)), prices("5", ""), rows=[0, 1])
    assert [(offer.row, offer.other) for offer in found] == [(0, None)]


def test_of_equal_prices_the_more_probable_then_the_first():
    found = cheapest_offers(
        pairs((0, 2, 0.91), (0, 1, 0.9), (3, 2, 0.9), (3, 1, 0.9)), prices(*"5445"), rows=[0, 3]
    )
    assert [offer.other for offer in found] == [2, 1]


def test_other_currencies_do_not_compare():
    (found,) = cheapest_offers(
        pairs((0, 1, 1.0), (0, 2, 1.0)), prices("50", "4", "45"), rows=[0],
        currencies=["IDR", "USD", "IDR"],
    )  # fmt: skip
    assert found.other == 2


def priced(*texts, title="tas"):
    table = {"posting_id": [f"p{row}" for row in range(len(texts))], "price": texts}
    return catalog_from_frame(pd.DataFrame(table | {"title": title}))


@pytest.mark.parametrize(
    "text", ["12.000,00", "1,000", "Rp5", "-5", "0", "0.00", "1e5", "nan", "inf", "5.", "٣", "5 6"]
)
def test_a_price_that_is_no_number_is_named_with_its_listing(text):
    with pytest.raises(DataError) as error:
        read_prices(priced("5", text))
    assert str(error.value).startswith(f"posting_id p1: price {text!r} is no number above")
    assert "\n" not in str(error.value)


def test_prices_are_read_as_they_stand():
    assert read_prices(priced("12000", " 0.5", "")) == [Decimal(12000), Decimal("0.5"), None]


def test_a_catalogue_without_prices():
    with pytest.raises(DataError, match="needs the column price; found posting_id, title"):
        read_prices(catalog_from_frame(pd.DataFrame({"posting_id": ["a"], "title": ["tas"]})))


def test_the_report_holds_every_offer(tmp_path):
    offers = [
        Offer(0, Decimal(80), 1, Decimal("60.50"), Decimal("19.50"), 24.375, 0.9),
        Offer(1, Decimal("60.50"), None, None, None, None, None),
    ]
    write_offers(offers, priced("80", "60.50"), tmp_path / "prices.csv")
    with open(tmp_path / "prices.csv", encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == HEADER
    assert lines == [
        ["p0", "tas", "80", "p1", "tas", "60.50", "19.50", "24.38", "0.9000"],
        ["p1", "tas", "60.50", "", "", "", "", "", ""],
    ]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://a.b")']


@pytest.mark.faults
@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.faults
@pytest.mark.parametrize("text", FORMULAS)
def test_no_title_of_the_report_is_a_formula(tmp_path, text):
    offer = Offer(0, Decimal(8), 1, Decimal(6), Decimal(2), 25.0, None)
    write_offers([offer], priced("8", "6", title=text), tmp_path / "prices.csv")
    with open(tmp_path / "prices.csv", encoding="utf-8", newline="") as file:
        _, line = csv.reader(file)
    assert line[1][0] == line[4][0] == "'"
    assert line[8] == ""
