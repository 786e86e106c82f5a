"""Groups keep their ids when listings are added or removed."""

import numpy as np
import pytest

from shopee_tf.matching.group_ids import stable_ids
from shopee_tf.matching.groups import number_groups


def named(groups: list[str], previous: dict[str, str]) -> dict[str, str]:
    """The id of each posting; a posting is a letter, and a group a word of them."""
    postings = sorted("".join(groups))
    labels = [next(n for n, word in enumerate(groups) if one in word) for one in postings]
    found = stable_ids(number_groups(np.arange(len(postings)), labels), postings, previous)
    return dict(zip(postings, found.tolist(), strict=True))


def old(**groups: str) -> dict[str, str]:
    """A posting is a letter of the word that its group id stands before."""
    return {posting: name for name, word in groups.items() for posting in word}


def test_new_groups_are_named_after_their_smallest_posting():
    assert named(["ca", "b"], {}) == {"a": "a", "b": "b", "c": "a"}


def test_a_group_that_gains_and_loses_listings_keeps_its_id():
    assert named(["bcx"], old(shoe="abc")) == {"b": "shoe", "c": "shoe", "x": "shoe"}


def test_of_a_split_the_larger_part_keeps_the_id():
    assert named(["a", "bc"], old(shoe="abc")) == {"a": "a", "b": "shoe", "c": "shoe"}


def test_of_two_equal_parts_the_one_with_the_smaller_posting_keeps_the_id():
    assert named(["bc", "ad"], old(shoe="abcd")) == {"a": "shoe", "b": "b", "c": "b", "d": "shoe"}


def test_a_union_takes_the_id_of_its_larger_part():
    assert set(named(["abcde"], old(shoe="ab", sock="cde")).values()) == {"sock"}


def test_a_union_of_equal_parts_takes_the_smaller_id():
    assert set(named(["abcd"], old(sock="ab", shoe="cd")).values()) == {"shoe"}


def test_an_id_that_went_to_another_group_leaves_the_next_best():
    """The first group has two of shoe, of which the second has three; it keeps sock, for one."""
    found = named(["abx", "cde"], old(shoe="abcde", sock="x"))
    assert found == dict.fromkeys("abx", "sock") | dict.fromkeys("cde", "shoe")


@pytest.mark.parametrize("previous, expected", [(old(a="abc"), "a-2"), ({"z": "a"}, "a-2")])
def test_a_new_group_never_takes_an_old_id(previous, expected):
    assert named(["a", "bc"], previous)["a"] == expected


def test_a_name_that_is_a_posting_of_another_group_is_not_given_twice():
    groups = number_groups(np.arange(3), [0, 1, 2])
    found = stable_ids(groups, ["a", "a-2", "b"], {"b": "a"})
    assert found.tolist() == ["a-2", "a-2-2", "a"]


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(0)
    postings = np.array([f"p{number:03}" for number in range(200)])
    labels = rng.integers(0, 60, 200)
    previous = {posting: f"g{rng.integers(0, 60)}" for posting in postings[:150]}
    first = stable_ids(number_groups(np.arange(200), labels), postings, previous)
    order = rng.permutation(200)
    again = stable_ids(number_groups(np.arange(200), labels[order]), postings[order], previous)
    np.testing.assert_array_equal(again, first[order])


def test_ids_tell_groups_apart_and_the_same_groups_keep_theirs():
    rng = np.random.default_rng(1)
    postings = [f"p{number}" for number in range(300)]
    groups = number_groups(np.arange(300), rng.integers(0, 90, 300))
    previous = {posting: f"p{rng.integers(0, 90)}" for posting in postings}
    found = stable_ids(groups, postings, previous)
    assert len(set(zip(found, groups.labels))) == len(set(found)) == groups.labels.max() + 1
    again = stable_ids(groups, postings, dict(zip(postings, found)))
    assert again.tolist() == found.tolist()


def test_rows_of_a_part_of_the_catalogue_are_named_by_their_own_postings():
    groups = number_groups(np.array([1, 3]), np.array([0, 0]))
    assert stable_ids(groups, ["a", "b", "c", "d"], {}).tolist() == ["b", "b"]


@pytest.mark.parametrize("kept", [0.9, 0.3])
def test_a_catalogue_that_only_lost_or_gained_listings_has_the_same_ids(kept):
    rng = np.random.default_rng(2)
    postings = np.array([f"p{number:03}" for number in range(300)])
    whole = number_groups(np.arange(300), rng.integers(0, 90, 300))
    some = np.flatnonzero(rng.random(300) < kept)
    part = number_groups(np.arange(len(some)), whole.labels[some])
    names = stable_ids(whole, postings, {})
    less = stable_ids(part, postings[some], dict(zip(postings, names)))
    np.testing.assert_array_equal(less, names[some])
    names = stable_ids(part, postings[some], {})
    more = stable_ids(whole, postings, dict(zip(postings[some], names)))
    np.testing.assert_array_equal(more[some], names)
