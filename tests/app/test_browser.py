"""The page in a real Chromium: what a person sees, and what the network sees."""

import urllib.error
import urllib.request

import pandas as pd
import pytest

from shopee_tf.app.decisions import read_decisions
from shopee_tf.matcher import save_matcher
from tests.app.browser import (
    console_errors,
    find,
    open_browser,
    requests_elsewhere,
    served,
    settle,
    skip_without_browser,
)
from tests.app.hostile import PAYLOADS
from tests.app.test_thumbnails import OUTSIDE

pytestmark = pytest.mark.browser
PAGES = {
    "find": "Find a product",
    "review": "Review uncertain pairs",
    "catalogue": "The catalogue by products",
    "tune": "Move the threshold",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, union_matcher):
    folder = tmp_path_factory.mktemp("served")
    save_matcher(union_matcher, folder / "matcher")
    return folder


@pytest.fixture(scope="module")
def address(folder, sample):
    skip_without_browser()
    with served(
        f"--matcher={folder / 'matcher'}", f"--csv={sample / 'train.csv'}",
        f"--images={sample / 'train_images'}", f"--decisions={folder / 'decisions.jsonl'}",
    ) as address:  # fmt: skip
        yield address


@pytest.fixture
def browser(tmp_path):
    skip_without_browser()
    browser = open_browser(tmp_path / "profile")
    yield browser
    browser.quit()


def go_to(browser, page):
    """Through the menu, as Streamlit itself looks for what is not there at other addresses."""
    find(browser, "css selector", f'a[href$="/{page}"]').click()
    find(browser, "xpath", f"//h1[contains(., '{PAGES[page]}')]")
    settle(browser)


def write(browser, label, text):
    find(browser, "css selector", f'input[aria-label="{label}"]').send_keys(text + "\n")
    settle(browser)


def body(browser):
    return browser.find_element("tag name", "body").text


def test_pages_load_without_an_error_or_a_request_elsewhere(browser, address):
    browser.get(address)
    settle(browser)
    write(browser, "Title", "tas kulit")
    for page in list(PAGES)[1:]:
        go_to(browser, page)
        assert not browser.find_elements("css selector", '[data-testid="stException"]')
    assert console_errors(browser) == []
    assert requests_elsewhere(browser) == []


def test_a_photo_finds_its_own_product(browser, address, sample, catalog):
    browser.get(address)
    settle(browser)
    photo = sample / "train_images" / catalog.images[3]
    find(browser, "css selector", 'input[type="file"]').send_keys(str(photo))
    find(browser, "xpath", "//h3[contains(., 'same product')]")
    settle(browser)
    ids, product = catalog.posting_ids, catalog.labels[3]
    seen = [word for word in body(browser).split() if word in set(ids)]
    assert seen[0] in ids[catalog.labels == product]


def test_two_reviewers_lose_no_decision(browser, address, folder, tmp_path):
    other = open_browser(tmp_path / "other")
    try:
        for one in (browser, other):
            one.get(f"{address}/review")
            settle(one)
        before = len(read_decisions(folder / "decisions.jsonl").decisions)
        for turn in range(10):
            for one, key in ((browser, "s"), (other, "d")):
                one.find_element("tag name", "body").send_keys(key)
            for one in (browser, other):
                settle(one)
            found = read_decisions(folder / "decisions.jsonl").decisions
            assert len(found) == before + 2 * (turn + 1)
    finally:
        other.quit()


@pytest.mark.faults
def test_hostile_titles_run_no_script(browser, folder, sample, tmp_path):
    frame = pd.DataFrame({"posting_id": [f"{row} {text}" for row, text in enumerate(PAYLOADS)]})
    frame["title"], frame["label_group"] = PAYLOADS, [row // 2 for row in range(len(PAYLOADS))]
    frame["image"], frame["image_phash"] = PAYLOADS, "f" * 16
    frame.to_csv(tmp_path / "hostile.csv", index=False)
    flags = f"--matcher={folder / 'matcher'}", f"--csv={tmp_path / 'hostile.csv'}"
    with served(*flags, f"--decisions={tmp_path / 'd.jsonl'}") as address:
        browser.get(address)
        settle(browser)
        write(browser, "Title", PAYLOADS[0])
        assert PAYLOADS[1] in body(browser)
        find(browser, "xpath", "//*[text()='A listing of the catalogue']").click()
        find(browser, "css selector", '[data-testid="stSelectbox"] input').click()
        settle(browser)
        for page in list(PAGES)[1:]:
            go_to(browser, page)
        assert "owned" not in browser.title
        assert not browser.find_elements("css selector", 'a[href*="evil"], img[src*="evil"]')
        assert not browser.find_elements("css selector", 'a[href^="javascript"], iframe')
        assert requests_elsewhere(browser) == []
        assert console_errors(browser) == []


@pytest.mark.faults
@pytest.mark.parametrize("path", OUTSIDE)
def test_no_address_gives_a_file_of_the_machine(address, path):
    for place in ("", "media/", "static/", "app/static/", "_stcore/", "component/"):
        try:
            quoted = urllib.request.quote(place + path, safe="/.:")
            answer = urllib.request.urlopen(f"{address}/{quoted}").read()
        except (urllib.error.HTTPError, ConnectionError):
            continue
        assert b"root:" not in answer
