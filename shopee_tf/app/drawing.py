"""What several pages draw: a photo, a listing, the card of a pair. Titles are drawn as text."""

from shopee_tf.app.thumbnails import thumbnail
from shopee_tf.app.wording import (
    COLUMNS,
    similarity_lines,
    standing_table,
    verdict_text,
    word_lines,
)
from shopee_tf.app.workbench import Workbench
from shopee_tf.explaining.cards import Card


def photo_of(bench: Workbench, row: int) -> bytes | None:
    """The photo of a row, small; None where there is none."""
    names = bench.catalog.images
    return None if names is None else thumbnail(bench.images, names[row])


def draw_photo(bench: Workbench, row: int, *, width: int | str = "stretch") -> None:
    """Draws the photo of a row, or says that there is none."""
    import streamlit as st

    picture = photo_of(bench, row)
    if picture is not None:
        st.image(picture, width=width, alt="photo of the listing")
    elif bench.images is not None:
        st.text("no photo")


def draw_listing(bench: Workbench, row: int) -> None:
    """Draws photo, title and id of a row, one below the other."""
    import streamlit as st

    draw_photo(bench, row)
    with st.container(gap=None):
        draw_title(bench.catalog.titles[row])
        st.text(bench.catalog.posting_ids[row])


def draw_title(title: str) -> None:
    """Draws a title as text, never as markup."""
    import streamlit as st

    st.text(title or "(no title)")


def draw_card(bench: Workbench, card: Card) -> None:
    """Draws what was found for a query: the listing, the verdict, and on demand the reasons."""
    import streamlit as st

    row = bench.row_of(card.second.posting_id)
    with st.container(border=True):
        photo, text, verdict = st.columns([1, 4, 2], vertical_alignment="center")
        with photo:
            draw_photo(bench, row)
        with text, st.container(gap=None):
            draw_title(card.second.title)
            st.text(card.second.posting_id)
        with verdict, st.container(gap="xsmall"):
            color = "green" if card.verdict.accepted else "gray"
            st.badge(verdict_text(card), color=color)
            if card.probability is not None:
                st.text(f"probability {card.probability:.2f}")
                st.progress(min(max(card.probability, 0.0), 1.0))
            st.text("\n".join(similarity_lines(card)))
        with st.expander("Why"):
            draw_reasons(card, first="the title asked for", second="this title")


def draw_reasons(card: Card, *, first: str, second: str) -> None:
    """Draws the rule that decided, what each system says, and the words of the titles.

    Args:
      card: of the pair.
      first: what the page calls the first listing.
      second: what it calls the second.
    """
    import streamlit as st

    st.text(card.verdict.rule)
    meant = {name: st.column_config.Column(help=said) for name, said in COLUMNS.items()}
    st.dataframe(standing_table(card), hide_index=True, column_config=meant)
    for line in word_lines(card, first=first, second=second):
        st.text(line)
