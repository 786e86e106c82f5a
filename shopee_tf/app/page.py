"""The script that Streamlit runs, for every look at a page, from its first line to its last."""

import functools
import sys

from PIL import Image, ImageDraw

from shopee_tf.app import catalogue_page, find_page, review_page, tune_page
from shopee_tf.app.settings import Settings, from_argument
from shopee_tf.app.workbench import Workbench, open_workbench
from tfrecords.errors import UserError

_PAGES = (
    ("find", "Find", ":material/search:"),
    ("review", "Review", ":material/rule:"),
    ("catalogue", "Catalogue", ":material/grid_view:"),
    ("tune", "Tune", ":material/tune:"),
)


def main() -> None:
    """Opens the catalogue, once for all who look, and draws the page that is asked for."""
    import streamlit as st

    settings = from_argument(sys.argv[1])
    st.set_page_config(page_title="Same product?", page_icon=_icon(), layout="wide")
    try:
        bench = _bench(settings)
    except UserError as error:  # its sentence would be hidden, as all errors are
        st.error("The catalogue could not be opened.")
        st.text(str(error))
        return
    pages = [
        st.Page(
            functools.partial(_draw, name, bench, settings), title=title, icon=icon, url_path=name
        )
        for name, title, icon in _PAGES
    ]
    st.navigation(pages, position="top").run()


def _icon() -> Image.Image:
    """Two squares, one on the other. The icon of a page would be fetched from the network."""
    icon = Image.new("RGBA", (32, 32))
    pen = ImageDraw.Draw(icon)
    pen.rectangle((3, 3, 20, 20), outline="#c2410c", width=3)
    pen.rectangle((11, 11, 28, 28), fill="#c2410c")
    return icon


def _bench(settings: Settings) -> Workbench:
    import streamlit as st

    from shopee_tf.progress import progress_bar

    @st.cache_resource(show_spinner="Searching the catalogue: once, for all pages")
    def opened(settings: Settings) -> Workbench:
        return open_workbench(settings, progress=progress_bar("searching"))

    return opened(settings)


def _draw(name: str, bench: Workbench, settings: Settings) -> None:
    if name == "review":
        review_page.draw(bench, settings.decisions)
    else:
        {"find": find_page, "catalogue": catalogue_page, "tune": tune_page}[name].draw(bench)


if __name__ == "__main__":
    main()
