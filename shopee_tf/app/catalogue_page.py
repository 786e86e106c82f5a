"""The page that shows the catalogue as products: groups of listings, the largest first."""

import itertools
from decimal import Decimal

import numpy as np

from shopee_tf.app.drawing import photo_of
from shopee_tf.app.grouping import search_groups
from shopee_tf.app.workbench import Workbench
from shopee_tf.matching.offers import Offer
from tfrecords.errors import DataError
from tfrecords.wording import counted

_GROUPS_A_PAGE = 10
_MOST_PHOTOS, _WIDTH = 8, 120  # pixels


def draw(bench: Workbench) -> None:
    """Draws the page."""
    import streamlit as st

    st.title("The catalogue by products")
    question, turn = st.columns([4, 1])
    words = question.text_input("Words of a title, or a posting id", key="words")
    count, groups = len(bench.catalog), bench.groups
    rows = bench.search(words, limit=count) if words.strip() else np.arange(count)
    together = [groups.members[place] for place in search_groups(groups, rows)]
    alone = rows[groups.of_row[rows] < 0]
    st.text(
        f"{counted(len(together), 'group')} of two or more listings; "
        f"{counted(len(alone), 'listing')} without a partner"
        if len(rows)
        else "No listing has all of these words in its title."
    )
    shown = [*together, *alone[:, None]]
    offers = _offers(bench)
    pages = max(-(-len(shown) // _GROUPS_A_PAGE), 1)
    page = int(turn.number_input(f"Page of {pages:,}", 1, pages, key="page"))
    for members in shown[(page - 1) * _GROUPS_A_PAGE : page * _GROUPS_A_PAGE]:
        with st.container(border=True):
            _draw_group(bench, members, offers)


def _offers(bench: Workbench) -> dict[int, Offer] | None:
    import streamlit as st

    try:
        return bench.offers
    except DataError as error:
        st.warning("The column price cannot be used:")
        st.text(str(error))
        return None


def _draw_group(bench: Workbench, rows: np.ndarray, offers: dict[int, Offer] | None) -> None:
    import streamlit as st

    st.subheader(counted(len(rows), "listing"), anchor=False)
    found = (photo_of(bench, row) for row in rows.tolist())
    photos = list(itertools.islice(filter(None, found), _MOST_PHOTOS))
    if photos:
        with st.container(horizontal=True):
            for photo in photos:
                st.image(photo, width=_WIDTH, alt="photo of a listing")
    st.dataframe(group_table(bench, rows, offers), hide_index=True)


def group_table(
    bench: Workbench, rows: np.ndarray, offers: dict[int, Offer] | None
) -> dict[str, list[str]]:
    """The listings of a group, column by column; the cheapest first where there are prices.

    Prices of one currency compare: the listings of each stand together, in the order of their
    names, and those without a price come last.

    Args:
      bench: the catalogue.
      rows: [g] of the group.
      offers: of each row with a price the cheapest other offer; None where there are no prices.
    """
    titles, ids = bench.catalog.titles, bench.catalog.posting_ids
    if offers is None:
        return {"title": titles[rows].tolist(), "posting_id": ids[rows].tolist()}
    currencies = bench.catalog.frame.get("currency", np.full(len(ids), ""))
    found = {row: offers.get(row) for row in rows.tolist()}
    priced = [row for row, offer in found.items() if offer is not None]
    priced.sort(key=lambda row: (currencies[row], found[row].price, row))
    order = [*priced, *(row for row in found if found[row] is None)]
    return {
        "title": titles[order].tolist(),
        "price": [
            "" if found[row] is None else _money(found[row].price, currencies[row]) for row in order
        ],
        "cheaper elsewhere": [_cheaper(found[row], currencies[row], ids) for row in order],
        "posting_id": ids[order].tolist(),
    }


def _cheaper(offer: Offer | None, currency: str, ids: np.ndarray) -> str:
    if offer is None or offer.gap is None or offer.gap <= 0:
        return ""
    price = _money(offer.other_price, currency)
    return f"{price} ({-offer.gap_percent:.0f} %): {ids[offer.other]}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,} {currency}".rstrip()
