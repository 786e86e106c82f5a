"""The pages, run by Streamlit without a browser."""

import errno
import sys

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from shopee_tf.app import page
from shopee_tf.app.decisions import read_decisions
from shopee_tf.app.settings import Settings, as_argument
from shopee_tf.app.uploads import MAX_MEGABYTES
from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.image_files import read_image
from shopee_tf.matcher import Seen
from tests.app.hostile import PAYLOADS
from tests.app.test_uploads import REFUSED

# What is drawn as Markdown: these words of ours.
BADGES = {":green-badge[Same product]", ":gray-badge[Not the same]"}


@pytest.fixture(autouse=True)
def main_module(monkeypatch):
    """Streamlit puts its script in the place of the main module, which processes start from."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def find(bench):
    from shopee_tf.app import find_page

    find_page.draw(bench)


def review(bench, path):
    from shopee_tf.app import review_page

    review_page.draw(bench, path)


def catalogue(bench):
    from shopee_tf.app import catalogue_page

    catalogue_page.draw(bench)


def tune(bench):
    from shopee_tf.app import tune_page

    tune_page.draw(bench)


def opened(page, *args):
    return AppTest.from_function(page, default_timeout=60, args=args).run()


def texts(page):
    return [element.value for element in page.text]


@pytest.fixture
def review_page(bench, tmp_path):
    return opened(review, bench, str(tmp_path / "decisions.jsonl"))


@pytest.mark.parametrize("page", [find, catalogue, tune])
def test_a_page_opens_without_an_exception(page, bench):
    assert not opened(page, bench).exception


def test_a_title_finds_listings_of_the_same_product(bench):
    page = opened(find, bench)
    page.text_input(key="title").set_value(bench.catalog.titles[0]).run()
    assert not page.exception
    assert "of the same product" in page.subheader[0].value
    assert bench.catalog.posting_ids[0] in texts(page)


def test_a_photo_finds_itself(bench, photos):
    page = opened(find, bench)
    data = read_image(photos, bench.catalog.images[3])
    page.file_uploader(key="photo").upload("x.jpg", data, "image/jpeg").run()
    assert not page.exception
    assert bench.catalog.posting_ids[3] in texts(page)


@pytest.mark.faults
@pytest.mark.parametrize("name", sorted(set(REFUSED) - {"11 MB"}))
def test_a_bad_upload_is_one_message_on_the_page(name, union_bench):
    page = opened(find, union_bench)
    page.text_input(key="title").set_value("tas kulit").run()
    page.file_uploader(key="photo").upload("<b>.jpg", REFUSED[name][0], "image/jpeg").run()
    assert page.text_input(key="title").value == "tas kulit"
    assert not page.exception and len(page.error) == 1


def test_a_listing_of_the_catalogue_shows_what_it_matches(bench):
    page = opened(find, bench)
    page.segmented_control(key="kind").set_value("A listing of the catalogue").run()
    page.text_input(key="words").set_value(bench.catalog.posting_ids[7]).run()
    assert not page.exception
    assert page.selectbox(key="listing").value == bench.catalog.posting_ids[7]
    wanted = bench.explainer.candidates(bench.catalog.posting_ids[7])[:12]
    assert set(wanted) <= set(texts(page))


def test_words_that_no_title_has_find_nothing(bench):
    page = opened(find, bench)
    page.segmented_control(key="kind").set_value("A listing of the catalogue").run()
    page.text_input(key="words").set_value("zzz").run()
    assert "No listing has all of these words in its title." in texts(page)


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_a_decision_is_kept_and_the_next_pair_comes(review_page, verdict, tmp_path):
    before = texts(review_page)[:4]
    review_page.button(key=verdict).click().run()
    (decision,) = read_decisions(tmp_path / "decisions.jsonl").decisions
    assert decision.verdict == verdict
    assert {decision.first, decision.second} <= set(before)
    assert texts(review_page)[:4] != before


def test_a_decision_can_be_taken_back(review_page, tmp_path):
    before = texts(review_page)[:4]
    review_page.button(key="same").click().run()
    review_page.button(key="back").click().run()
    assert read_decisions(tmp_path / "decisions.jsonl").latest == {}
    assert texts(review_page)[:4] == before


def test_taking_back_leaves_what_another_decided_of_the_pair(bench, review_page, tmp_path):
    other = opened(review, bench, str(tmp_path / "decisions.jsonl"))
    review_page.button(key="same").click().run()
    other.button(key="different").click().run()  # the pair that both saw first
    review_page.button(key="back").click().run()
    (standing,) = read_decisions(tmp_path / "decisions.jsonl").latest.values()
    assert standing.verdict == "different"


def test_a_pair_that_is_skipped_is_not_decided(review_page, tmp_path):
    before = texts(review_page)[:4]
    review_page.button(key="skip").click().run()
    assert texts(review_page)[:4] != before
    assert not (tmp_path / "decisions.jsonl").exists()


def test_taking_back_a_skip_leaves_the_decision_before_it(review_page, tmp_path):
    review_page.button(key="same").click().run()
    before = texts(review_page)[:4]
    review_page.button(key="skip").click().run()
    review_page.button(key="back").click().run()
    assert texts(review_page)[:4] == before
    assert len(read_decisions(tmp_path / "decisions.jsonl").latest) == 1
    review_page.button(key="back").click().run()
    assert not read_decisions(tmp_path / "decisions.jsonl").latest


def test_what_others_decided_is_not_asked_again(bench, review_page, tmp_path):
    review_page.button(key="same").click().run()
    other = opened(review, bench, str(tmp_path / "decisions.jsonl"))
    assert texts(other)[:4] == texts(review_page)[:4]


@pytest.mark.faults
def test_a_decision_that_cannot_be_kept_is_told(review_page, monkeypatch, tmp_path):
    def full(path, text):
        raise OSError(errno.ENOSPC, "No space left on device", path)

    monkeypatch.setattr("tfrecords.files.append_line", full)
    before = texts(review_page)[:4]
    review_page.button(key="same").click().run()
    assert review_page.error[0].value == "This decision could not be kept."
    assert f"{tmp_path / 'decisions.jsonl'}: No space left on device" in texts(review_page)
    assert set(before) <= set(texts(review_page))


def test_groups_are_found_by_words(bench):
    page = opened(catalogue, bench)
    words = bench.catalog.titles[bench.groups.members[0][0]]
    page.text_input(key="words").set_value(words).run()
    assert not page.exception
    assert words in page.dataframe[0].value["title"].tolist()


def test_a_listing_without_a_partner_is_found_too(bench):
    page = opened(catalogue, bench)
    row = np.flatnonzero(bench.groups.of_row < 0)[0]
    page.text_input(key="words").set_value(bench.catalog.posting_ids[row]).run()
    assert texts(page)[0] == "0 groups of two or more listings; 1 listing without a partner"
    assert page.dataframe[0].value["title"].tolist() == [bench.catalog.titles[row]]
    page.text_input(key="words").set_value("zzz").run()
    assert texts(page)[0].startswith("No listing") and not page.dataframe


def test_the_slider_moves_the_figures(bench):
    page = opened(tune, bench)
    before = [metric.value for metric in page.metric]
    lowest = page.slider(key="threshold").min
    page.slider(key="threshold").set_value(lowest).run()
    figures = bench.tuning.figures_at(lowest)
    assert [metric.value for metric in page.metric] == [f"{value:.3f}" for value in figures[:3]]
    assert [metric.value for metric in page.metric] != before


def test_figures_of_listings_fitted_on_are_told_as_such(union_matcher, catalog):
    ids = catalog.frame[["posting_id"]]
    seen = Seen(fitted=ids, trained=ids.iloc[:0])
    page = opened(tune, Workbench(union_matcher, catalog, seen=seen))
    assert "fitted on 120 of these 120 listings" in page.info[0].value


def test_without_labels_there_is_nothing_to_tune(union_bench):
    bare = union_bench.catalog.frame.drop(columns="label_group")
    page = opened(tune, Workbench(union_bench.matcher, catalog_from_frame(bare)))
    assert "label_group" in page.info[0].value and not page.slider


@pytest.mark.faults
def test_hostile_titles_stay_texts(union_matcher):
    table = pd.DataFrame({"title": PAYLOADS, "image_phash": "f" * 16})
    table["posting_id"] = [f"p{row} {title}" for row, title in enumerate(PAYLOADS)]
    bench = Workbench(union_matcher, catalog_from_frame(table))
    page = opened(find, bench)
    page.text_input(key="title").set_value(PAYLOADS[0]).run()
    assert not page.exception
    assert {element.value for element in page.markdown} <= BADGES
    assert set(texts(page)) & set(PAYLOADS)


def test_the_largest_upload_is_said_as_it_is_checked():
    from shopee_tf.app.launching import streamlit_flags

    assert f"--server.maxUploadSize={MAX_MEGABYTES}" in streamlit_flags("127.0.0.1", 1)


@pytest.mark.faults
def test_a_mistake_at_opening_is_told_in_its_own_words(monkeypatch, tmp_path):
    settings = Settings(str(tmp_path / "none"), str(tmp_path / "none.csv"))
    monkeypatch.setattr(sys, "argv", [page.__file__, as_argument(settings)])
    shown = AppTest.from_file(page.__file__, default_timeout=60).run()
    assert not shown.exception
    assert shown.error[0].value == "The catalogue could not be opened."
    assert str(tmp_path / "none") in shown.text[0].value
