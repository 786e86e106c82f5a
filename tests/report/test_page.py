"""What the page is, whatever stands in it."""

import base64
import hashlib
import html.parser
import io
import re

import pytest
from PIL import Image

from shopee_tf.report import blocks
from shopee_tf.report.page import render
from tests.app.hostile import PAYLOADS

_ADDRESSES = ("src", "href", "srcset", "action", "data", "formaction", "poster", "style")
_ELEMENTS = {
    "a", "bdi", "body", "div", "figure", "h1", "h2", "h3", "head", "html", "img", "li", "main",
    "meta", "nav", "p", "section", "style", "table", "tbody", "td", "th", "thead", "title", "tr",
    "ul",
}  # fmt: skip
_ENDS = ("", "\"'--></style></title>")  # of whatever a title may stand in


def _picture(width, height):
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG")
    return file.getvalue()


_PICTURE = _picture(30, 20)


class Elements(html.parser.HTMLParser):
    """All elements of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def everywhere(text):
    """A section that has a text in every place that takes one."""
    row = blocks.GalleryRow(text, (blocks.Listing(text, text, None, text, "wrong"),))
    return blocks.Section(
        "all",
        text,
        (
            blocks.Text(text),
            blocks.Table(text, (text, text), ((text, text),), text),
            blocks.Figure(text, text, _PICTURE, text),
            blocks.Gallery(text, (row,), text),
        ),
    )


@pytest.mark.parametrize("title", [end + payload for end in _ENDS for payload in PAYLOADS])
def test_a_hostile_title_is_text_wherever_it_stands(title):
    page = Elements(render(title, [everywhere(title)], origin=title))
    assert {tag for tag, _ in page.elements} <= _ELEMENTS
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
    assert page.text.count(title) == 24


def test_a_figure_has_its_place_before_it_is_drawn():
    page = Elements(render("t", [everywhere("t")]))
    (picture,) = [attributes for tag, attributes in page.elements if tag == "img"]
    assert (picture["width"], picture["height"]) == ("30", "20")


@pytest.mark.parametrize("title", ["tas", *PAYLOADS[::5]])
def test_nothing_is_asked_of_a_server(title):
    for _, attributes in Elements(render(title, [everywhere(title)])).elements:
        for name in set(attributes) & set(_ADDRESSES):
            assert re.match("#|data:image/", attributes[name])


def test_the_policy_allows_images_of_the_page_and_its_style_alone():
    page = render("t", [])
    (style,) = re.findall("<style>(.*)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [a["content"] for _, a in Elements(page).elements if "http-equiv" in a]
    assert dict(rule.split(" ", 1) for rule in policy.split("; ")) == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_policy_stands_before_what_it_rules():
    page = render("t", [])
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_every_link_of_the_contents_leads_somewhere_once():
    sections = [everywhere("t"), everywhere("u")._replace(name="more")]
    elements = Elements(render("t", sections)).elements
    links = [attributes["href"][1:] for tag, attributes in elements if tag == "a"]
    places = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert sorted(links) == sorted(places)
    assert len(set(places)) == len(places) == 2 + 2 * 3


def test_columns_of_numbers_are_set_to_the_right():
    table = blocks.Table("", ("system", "F1"), (("idf", "0.661"), ("phash", "-")))
    page = render("t", [blocks.Section("s", "S", (table,))])
    assert '<th scope="col">system</th><th scope="col" class="number">F1</th>' in page


def test_a_missing_photo_has_a_place_where_others_have_photos():
    photo = "data:image/jpeg;base64,AA=="
    listings = (blocks.Listing("a", "tas", photo), blocks.Listing("b", "topi", None))
    rows = blocks.GalleryRow("both", listings), blocks.GalleryRow("one", listings[1:])
    page = render("t", [blocks.Section("s", "S", (blocks.Gallery("", rows),))])
    both, one = page.split('<div class="row">')[1:]
    assert ("no photo" in both, "no photo" in one) == (True, False)


def test_a_title_that_is_cut_on_the_page_can_be_read_in_full():
    listing = blocks.Listing("a", 30 * "tas ", None)
    gallery = blocks.Gallery("", (blocks.GalleryRow("", (listing,)),))
    page = Elements(render("t", [blocks.Section("s", "S", (gallery,))]))
    assert listing.title in [attributes.get("title") for _, attributes in page.elements]
