"""The page that finds the product of a photo, a title, or a listing of the catalogue."""

from shopee_tf.app.drawing import draw_card, draw_listing
from shopee_tf.app.queries import ask, cards_of
from shopee_tf.app.uploads import Upload, read_upload
from shopee_tf.app.workbench import Workbench
from shopee_tf.explaining.cards import Card
from tfrecords.errors import UserError
from tfrecords.wording import counted

_NEW, _KNOWN = "A new listing", "A listing of the catalogue"
_MOST_CARDS = 12
_MOST_LISTED = 50


def draw(bench: Workbench) -> None:
    """Draws the page."""
    import streamlit as st

    st.title("Find a product")
    kind = st.segmented_control(
        "Look for", [_NEW, _KNOWN], default=_NEW, key="kind", label_visibility="collapsed"
    )
    question, answer = st.columns([2, 5], gap="large")
    with question:
        cards = _known(bench) if kind == _KNOWN else _new(bench)
    with answer:
        _draw_answer(bench, cards)


def _draw_answer(bench: Workbench, cards: list[Card] | None) -> None:
    import streamlit as st

    if cards is None:
        return
    same = sum(card.verdict.accepted for card in cards)
    more = "or more " if same == _MOST_CARDS else ""
    st.subheader(
        f"{counted(same, 'listing')} {more}of the same product"
        if same
        else "No listing of the same product"
    )
    for card in cards:
        draw_card(bench, card)


def _new(bench: Workbench) -> list[Card] | None:
    """Asks for a photo and a title; None until there is one of them that can be used."""
    import streamlit as st

    photo = _photo() if bench.sees_photos else None
    title = st.text_input("Title", key="title", max_chars=500)
    if photo is None and not title.strip():
        ways = "Send a photo, or type a title" if bench.sees_photos else "Type a title"
        st.text(f"{ways} and press Enter: {counted(len(bench.catalog), 'listing')} are searched.")
        return None
    with st.spinner(f"Searching {counted(len(bench.catalog), 'listing')}"):
        return ask(bench, title=title, photo=photo, limit=_MOST_CARDS)


def _photo() -> Upload | None:
    """Asks for a photo, and shows it, or says why it cannot be used."""
    import streamlit as st

    upload = st.file_uploader("Photo", key="photo", help="JPEG, PNG, WebP, at most 10 MB")
    if upload is None:
        return None
    try:
        photo = read_upload(upload.getvalue())
    except UserError as error:
        st.error(str(error))
        return None
    st.image(photo.jpeg, width=240, alt="the photo that was sent")
    return photo


def _known(bench: Workbench) -> list[Card] | None:
    import streamlit as st

    words = st.text_input("Words of the title, or the posting id", key="words")
    found = bench.search(words, limit=_MOST_LISTED)
    if not len(found):
        st.text("No listing has all of these words in its title.")
        return None
    posting = st.selectbox(
        "Listing",
        bench.catalog.posting_ids[found].tolist(),
        format_func=lambda one: f"{bench.title_of(one)[:60]} · {one}",
        key="listing",
    )
    draw_listing(bench, bench.row_of(posting))
    return cards_of(bench.explainer, posting, limit=_MOST_CARDS)
