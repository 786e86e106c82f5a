import numpy as np
import pandas as pd
import pytest

from shopee_tf.app.catalogue_page import group_table
from shopee_tf.app.grouping import agreeing_groups, find_groups, search_groups
from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.matcher import Matcher
from shopee_tf.systems import Decision, parse_union
from tfrecords.errors import DataError


def shop(**columns):
    titles = ["tas kulit", "topi anak", "tas kulit asli", "tas kulit", "topi anak", "sabun"]
    table = {"posting_id": list("abcdef"), "title": titles, **columns}
    decision = Decision(parse_union("tfidf"), ((1.0,),), (0.0,), (0.5,))
    matcher = Matcher(decision, (), {"num_candidates": 6})
    return Workbench(matcher, catalog_from_frame(pd.DataFrame(table)))


def test_groups_come_largest_first_without_lonely_listings():
    groups = shop().groups
    assert [rows.tolist() for rows in groups.members] == [[0, 2, 3], [1, 4]]
    assert groups.of_row.tolist() == [0, 1, 0, 0, 1, -1]


def test_groups_of_probabilities_are_those_that_match_writes(pair_bench):
    from shopee_tf.systems import group_rows

    decision, part = pair_bench.matcher.decision, pair_bench.explainer.part
    found = find_groups(decision, part, {})
    labels = group_rows(decision, part).labels
    assert [len(set(labels[rows])) for rows in found.members] == [1] * len(found.members)
    assert sum(map(len, found.members)) == (np.bincount(labels)[labels] > 1).sum()


def test_most_pairs_of_a_group_match():
    chain = {0: [0, 1], 1: [1, 2], 2: [2, 3], 3: [3], 5: [5]}
    assert agreeing_groups(chain).labels.tolist() == [0, 0, 1, 1, 2]
    bridged = {0: [0, 1, 2], 1: [1, 2], 2: [2, 3], 3: [3, 4, 5], 4: [4, 5], 5: [5]}
    assert agreeing_groups(bridged).labels.tolist() == [0, 0, 0, 1, 1, 1]
    missing_one = {0: [0, 1, 2, 3], 1: [1, 2, 3], 2: [2], 3: [3]}
    assert agreeing_groups(missing_one).labels.tolist() == [0, 0, 0, 0]


def test_groups_are_found_by_the_words_of_any_of_their_listings():
    bench = shop()
    assert search_groups(bench.groups, bench.search("ASLI tas", limit=9)) == [0]
    assert search_groups(bench.groups, bench.search("sabun", limit=9)) == []


def test_a_group_lists_the_cheapest_first_and_what_is_cheaper_elsewhere():
    bench = shop(price=["20", "5", "15", "", "5", "1"])
    table = group_table(bench, bench.groups.members[0], bench.offers)
    assert table["posting_id"] == ["c", "a", "d"]
    assert table["price"] == ["15", "20", ""]
    assert table["cheaper elsewhere"] == ["", "15 (-25 %): c", ""]


def test_prices_compare_within_their_currency():
    currencies = ["USD", "IDR", "IDR", "IDR", "IDR", "USD"]
    bench = shop(price=["2", "5", "300", "250", "5", "1"], currency=currencies)
    table = group_table(bench, bench.groups.members[0], bench.offers)
    assert table["posting_id"] == ["d", "c", "a"]
    assert table["price"] == ["250 IDR", "300 IDR", "2 USD"]
    assert table["cheaper elsewhere"] == ["", "250 IDR (-17 %): d", ""]


def test_without_prices_a_group_is_titles_and_ids():
    bench = shop()
    assert bench.offers is None
    assert list(group_table(bench, np.array([1, 4]), None)) == ["title", "posting_id"]


def test_a_price_that_is_no_number_is_named():
    with pytest.raises(DataError, match="posting_id b.*'cheap'"):
        _ = shop(price=["20", "cheap", "15", "", "5", "1"]).offers
