"""The section on errors: what stands in it, worked by hand."""

import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.report.blocks import Gallery, Table, Text
from shopee_tf.report.errors_section import errors_section
from shopee_tf.report.predictions import of_submission
from tests.report.matched import CATALOG, MATCHES, no_photo, predictions


@pytest.fixture(scope="module")
def section():
    return errors_section(predictions(), CATALOG, no_photo, seed=0)


def titled(section, title):
    (block,) = [block for block in section.blocks if getattr(block, "title", None) == title]
    return block


def after(section, title):
    return section.blocks[section.blocks.index(titled(section, title)) + 1 :]


def marks(row):
    return [(listing.posting_id, listing.mark) for listing in row.listings]


def test_the_matcher_finds_what_the_tests_are_worked_out_for():
    assert predictions().matches == MATCHES


def test_a_panel_of_false_positives_shows_what_is_missed_and_what_is_wrong(section):
    (first, *_) = titled(section, "Worst false positives").rows
    assert marks(first) == [
        ("train_5", "query"), ("train_0", "missed"), ("train_1", "missed"), ("train_2", "wrong"),
    ]  # fmt: skip
    assert first.caption.startswith("product 10, F1 0.400: 2 true, 1 predicted")


@pytest.mark.parametrize("kind", ["Worst false positives", "Drawn at random"])
def test_panels_tell_that_the_listing_itself_counts_in_f1(section, kind):
    assert "F1 counts the listing itself as found" in titled(section, kind).caption


def test_a_panel_shows_what_was_found_too(section):
    rows = titled(section, "Drawn at random").rows
    (found,) = [row for row in rows if row.listings[0].posting_id == "train_0"]
    assert marks(found) == [("train_0", "query"), ("train_5", "missed"), ("train_1", "right")]


def test_scores_stand_from_top_to_bottom(section):
    table = titled(section, "Scores")
    assert table.header[0] == "system"
    said = dict(table.rows)
    assert said["N"] == "6"
    assert list(said) == [
        "F1", "95 %", "precision", "recall", "N", "protocol", "split", "decision",
        "mAP", "pair precision", "pair recall", "pair F1", "B-cubed F1",
    ]  # fmt: skip


def test_scores_stand_by_the_size_of_the_product(section):
    (table, *_) = after(section, "Scores by size of the product")
    # Product 20 has one listing, with a stranger: 2/3. 30 is right. Of 10, rows 0 and 1 miss one:
    # 2 * 2 / (3 + 2); row 5 has 2 * 1 / (3 + 2).
    assert [row[:3] for row in table.rows] == [
        ("1", "1", "0.6667"), ("2", "2", "1.0000"), ("3", "3", "0.6667"),
    ]  # fmt: skip


def test_confused_products_have_the_card_of_their_likeliest_pair(section):
    table = titled(section, "Most confused products")
    assert table.rows == (("1", "10: tas kain merah", "20: tas kain"),)
    pair, verdict, systems = after(section, "Most confused products")
    assert [listing.posting_id for listing in pair.rows[0].listings] == ["train_5", "train_2"]
    assert verdict.text == "a match either way: idf: cosine 0.711 >= 0.600"
    assert "shared words: kain 1.8, tas 1.3" in systems.caption


def test_a_submission_has_panels_and_no_cards(tmp_path):
    ids = CATALOG.posting_ids
    lines = [f"{ids[row]},{' '.join(ids[found])}" for row, found in MATCHES.items()]
    (tmp_path / "submission.csv").write_text("\n".join(["posting_id,matches", *lines]) + "\n")
    found = of_submission(tmp_path / "submission.csv", CATALOG)
    section = errors_section(found, CATALOG, no_photo, seed=0)
    assert marks(titled(section, "Worst false positives").rows[0])[0] == ("train_5", "query")
    (pair,) = after(section, "Most confused products")
    assert isinstance(pair, Gallery)


def test_without_labels_it_says_so():
    unlabelled = catalog_from_frame(CATALOG.frame.drop(columns="label_group"))
    section = errors_section(predictions(listings=unlabelled), unlabelled, no_photo, seed=0)
    assert [type(block) for block in section.blocks] == [Text, Text]
    assert "column label_group" in section.blocks[1].text


def test_without_matches_it_says_so():
    (text,) = errors_section(None, CATALOG, no_photo, seed=0).blocks
    assert "--matcher" in text.text


def test_matches_without_an_error_are_told_in_words():
    right = CATALOG.with_column("label_group", ["10", "10", "20", "30", "30", "20"])
    section = errors_section(predictions(listings=right), right, no_photo, seed=0)
    said = [block.text for block in section.blocks if isinstance(block, Text)]
    assert "No listing matches one of another product." in said
    assert "No listing misses one of its product." in said
    titles = [block.title for block in section.blocks if isinstance(block, Table)]
    assert "Most confused products" not in titles
