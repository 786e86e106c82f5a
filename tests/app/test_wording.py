"""What the page says of a pair."""

import pytest

from shopee_tf.app.wording import similarity_lines, standing_table, word_lines
from shopee_tf.explaining.cards import explain_pair
from tests.report.matched import CATALOG, MATCHER


@pytest.fixture(scope="module")
def card():
    """Of "tas kulit" and "tas kain merah", which one system finds unlike."""
    return explain_pair(MATCHER, CATALOG, "train_0", "train_5")


def test_words_are_told_without_weights_and_empty_lists_not_at_all(card):
    assert word_lines(card, first="the left title", second="the right title") == [
        "In both titles: tas",
        "Only in the left title: kulit",
        "Only in the right title: merah, kain",
    ]
    same = explain_pair(MATCHER, CATALOG, "train_0", "train_1")
    assert word_lines(same, first="a", second="b") == ["In both titles: kulit, tas"]


def test_what_systems_say_stands_in_columns(card):
    table = standing_table(card)
    assert table["system"] == ["words"]
    assert similarity_lines(card) == [f"words {float(table['similarity'][0]):.2f}"]
    assert list(table) == ["system", "similarity", "percentile", "rank", "rank back"]


def test_a_system_that_knows_neither_says_nothing(card):
    (one,) = card.systems
    unknown = one._replace(system="phash", similarity=None, percentile=None)
    both = card._replace(systems=(one, unknown))
    assert len(similarity_lines(both)) == 1
    assert standing_table(both)["system"] == ["words", "photo hash"]
