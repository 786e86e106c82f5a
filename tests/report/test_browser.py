"""The report's page in a real Chromium: it runs nothing, asks for nothing, and shows its photos."""

import pandas as pd
import pytest

from shopee_tf.matcher import save_matcher
from shopee_tf.report import __main__ as report
from tests.app import browser as chromium
from tests.app.hostile import PAYLOADS
from tests.report.matched import MATCHER

pytestmark = pytest.mark.browser

TITLES = (
    *PAYLOADS,
    "\u202etas <b>kulit</b>\u202c",  # written from right to left
    "\u2067\u202e\u2066 tas kulit",
    "\u05ea\u05d9\u05e7 tas",
    "tas\u2029<script>alert(1)</script>",
    'x" onfocus="alert(1)" autofocus="',
    "W" * 3000,
    "tas " * 900,
)
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture(scope="module", params=["catalogue", "errors"])
def opened(request, sample, tmp_path_factory):
    """A browser that shows the report of a catalogue of hostile titles, ids and names of photos."""
    chromium.skip_without_browser()
    folder = tmp_path_factory.mktemp("browser")
    table = pd.read_csv(sample / "train.csv", dtype=str).iloc[: len(TITLES)].assign(title=TITLES)
    table["posting_id"] = [f"<b>{row}</b>" for row in range(len(TITLES))]
    table["label_group"] = [str(row % 40) for row in range(len(TITLES))]
    table.loc[table.index[-9:], "image"] = '"><svg onload="alert(1)">.jpg'
    table.to_csv(folder / "hostile.csv", index=False)
    page = folder / "report.html"
    flags = [f"--csv={folder}/hostile.csv", f"--images={sample / 'train_images'}"]
    if request.param == "errors":
        save_matcher(MATCHER, folder / "matcher")
        flags.append(f"--matcher={folder / 'matcher'}")
    report.main([*flags, f"--output={page}"])
    driver = chromium.open_browser(folder / "profile")
    driver.get(page.as_uri())
    yield driver
    driver.quit()


def test_no_title_acts_and_the_console_is_still(opened):
    assert opened.title == "Report of hostile.csv"
    assert not opened.find_elements("css selector", "script, iframe, svg, b, main a")
    assert not chromium.console_errors(opened)


def test_nothing_is_asked_of_another_machine(opened):
    asked = chromium.requests_elsewhere(opened)
    assert [address for address in asked if not address.startswith("file:")] == []


def test_the_style_is_allowed_by_the_policy(opened):
    first = opened.find_element("css selector", ".listings")
    assert first.value_of_css_property("display") == "grid"


def test_photos_are_shown_once_they_are_looked_at(opened):
    photos = opened.find_elements("css selector", ".listing img")
    assert photos
    assert {photo.get_attribute("loading") for photo in photos} == {"lazy"}
    opened.execute_script("arguments[0].scrollIntoView()", photos[-1])
    opened.execute_async_script("arguments[0].decode().then(arguments[1])", photos[-1])
    assert photos[-1].get_property("naturalWidth") > 0


def test_a_hostile_title_is_shown_letter_by_letter(opened):
    shown = {one.text for one in opened.find_elements("css selector", ".listing-title")}
    assert len(shown & {" ".join(title.split()) for title in TITLES}) > 20


@pytest.mark.parametrize("width", [PHONE["width"], 800, 1400])
def test_no_title_makes_the_page_wider_than_its_window(opened, width):
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE | {"width": width})
    widths = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    needed, there = opened.execute_script(widths)
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert needed <= there


def test_eight_listings_stand_side_by_side_beside_the_contents(opened):
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE | {"width": 1265})
    shown = opened.find_element("css selector", ".listings:not(.wordy)")
    columns = shown.value_of_css_property("grid-template-columns").split()
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert len(columns) == 8


@pytest.mark.parametrize("opened", ["errors"], indirect=True)
@pytest.mark.parametrize("place", [".query", ".missed", ".right", ".wrong", "td"])
def test_hostile_titles_stand_in_every_part_of_the_errors(opened, place):
    texts = [one.text for one in opened.find_elements("css selector", f"#errors {place}")]
    assert any("alert(1)" in text or "evil.example" in text for text in texts)


@pytest.mark.parametrize("opened", ["errors"], indirect=True)
def test_cards_tell_the_reasons_of_hostile_pairs(opened):
    captions = [one.text for one in opened.find_elements("css selector", "#errors .caption")]
    assert [text for text in captions if text.startswith("shared words: ")]
