"""What systems and ensembles are called."""

import pytest

from shopee_tf.systems import read_runs
from shopee_tf.systems.grammar import kind_of, parse_union, parse_unions, unknown_system
from tfrecords.errors import UsageError


def nested(text):
    union = parse_union(text)
    return [[list(system.names) for system in blend.systems] for blend in union.blends]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tfidf", [[["tfidf"]]]),
        ("a^b~c+d", [[["a", "b"], ["c"]], [["d"]]]),
        ("d+c~a^b", [[["d"]], [["c"], ["a", "b"]]]),
        (" a + b ~ c/ ", [[["a"]], [["b"], ["c"]]]),
        ("glove:x/v.txt.gz~runs/a", [[["glove:x/v.txt.gz"], ["runs/a"]]]),
    ],
)
def test_concatenation_binds_tighter_than_sums_and_sums_than_unions(text, expected):
    assert nested(text) == expected


@pytest.mark.parametrize("text", ["phash", "a^b~c+d", "glove_idf:v.txt+tfidf~phash"])
def test_what_was_parsed_is_written_as_it_was(text):
    assert str(parse_union(text)) == text


def test_each_name_is_listed_once():
    assert parse_union("b~a+a^c+b").names == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a", "b", "a"], ["a", "b", "a+b"]),
        (["a+b", "b+c"], ["a+b", "b+c", "a+b+c"]),
        (["a", "b", "b+a"], ["a", "b", "b+a"]),
        (["a"], ["a"]),
        (["a", "b^c"], ["a", "b^c"]),
        (["a", "b~c"], ["a", "b~c"]),
    ],
)
def test_plain_systems_are_united_where_the_user_has_not_done_so(texts, expected):
    assert list(map(str, parse_unions(texts))) == expected


@pytest.mark.parametrize("text", ["", " ", "a+", "+a", "a~~b", "a^", "a+ ~b", "/"])
def test_an_empty_member_is_refused(text):
    with pytest.raises(UsageError, match="missing|empty"):
        parse_union(text)


@pytest.mark.parametrize("text", ["a+a", "a~b~a", "a^a", "a+b~c+b~c"])
def test_the_same_twice_is_refused(text):
    with pytest.raises(UsageError, match="both sides"):
        parse_union(text)


def test_a_hash_cannot_be_concatenated():
    with pytest.raises(UsageError, match="a hash has no embedding"):
        parse_union("tfidf^phash")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("phash", "phash"), ("idf_chars", "tfidf"), ("glove:v.txt", "glove"),
        ("glove_idf:v.txt", "glove"), ("glove", "run"), ("runs/tfidf", "run"),
    ],
)  # fmt: skip
def test_kinds_of_names(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("euclidean:phash", "^euclidean:phash: euclidean: takes the folder of a run$"),
        ("glove", "^glove: the file of word vectors is missing, as in glove:FILE$"),
    ],
)
def test_a_system_in_the_place_of_a_folder_is_not_its_own_likeness(name, message):
    with pytest.raises(UsageError, match=message):
        read_runs([name])


def test_a_misspelt_name_meets_its_likeness():
    assert "did you mean tfidf?" in str(unknown_system("tfdif"))
    assert "did you mean phash?" in str(unknown_system("PHASH"))
    assert "did you mean" not in str(unknown_system("runs/none"))
