"""The report's page in a real Chromium: it runs nothing, asks for nothing, and shows its photos."""

import pandas as pd
import pytest

from shopee_tf.report import __main__ as report
from tests.app import browser as chromium
from tests.app.hostile import PAYLOADS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(sample, tmp_path_factory):
    """A browser that shows the report of a catalogue whose titles are hostile."""
    chromium.skip_without_browser()
    folder = tmp_path_factory.mktemp("browser")
    table = pd.read_csv(sample / "train.csv", dtype=str).iloc[: len(PAYLOADS)]
    table.assign(title=PAYLOADS).to_csv(folder / "hostile.csv", index=False)
    images, page = f"--images={sample / 'train_images'}", folder / "report.html"
    report.main([f"--csv={folder}/hostile.csv", images, f"--output={page}"])
    driver = chromium.open_browser(folder / "profile")
    driver.get(page.as_uri())
    yield driver
    driver.quit()


def test_no_title_acts_and_the_console_is_still(opened):
    assert opened.title == "Report of a catalogue"
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
    assert len(shown & {" ".join(title.split()) for title in PAYLOADS}) > 20
