"""Submission files: written as Kaggle wants them, read strictly."""

import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.matching.submission import read_submission, write_submission
from tfrecords.errors import DataError, UsageError

CATALOG = catalog_from_frame(
    pd.DataFrame({"posting_id": ["a_1", "b_2", "c_3"], "title": ["x", "y", "z"]})
)


def test_written_file(tmp_path):
    path = tmp_path / "submission.csv"
    write_submission({0: [0, 2], 1: [1], 2: [2, 0]}, CATALOG, path)
    assert path.read_text() == "posting_id,matches\na_1,a_1 c_3\nb_2,b_2\nc_3,c_3 a_1\n"


def test_round_trip(tmp_path):
    matches = {0: [0, 2], 1: [1], 2: [2, 0]}
    write_submission(matches, CATALOG, tmp_path / "s.csv")
    assert read_submission(tmp_path / "s.csv", CATALOG) == matches


@pytest.mark.parametrize(
    "matches",
    [{0: [1], 1: [1], 2: [2]}, {0: [0], 1: [1], 2: [0, 1, 2] * 17}],
    ids=["not itself", "too many"],
)
def test_what_kaggle_would_refuse_is_not_written(tmp_path, matches):
    with pytest.raises(ValueError, match="1 to 50 matches"):
        write_submission(matches, CATALOG, tmp_path / "s.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("matches", [{0: [0], 1: [1]}, {row: [row] for row in range(4)}])
def test_matches_of_another_catalogue_are_not_written(tmp_path, matches):
    message = rf"of the 3 rows of the catalogue, received matches of {len(matches)} rows"
    with pytest.raises(ValueError, match=message):
        write_submission(matches, CATALOG, tmp_path / "s.csv")
    with pytest.raises(ValueError, match="received matches of 1 rows, with rows up to 3"):
        write_submission({0: [0, 3]}, CATALOG, tmp_path / "s.csv", rows=[0])
    assert not list(tmp_path.iterdir())


def test_an_id_that_the_format_cannot_hold(tmp_path):
    catalog = catalog_from_frame(pd.DataFrame({"posting_id": ["a b"], "title": ["x"]}))
    with pytest.raises(DataError, match="'a b'"):
        write_submission({0: [0]}, catalog, tmp_path / "s.csv")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("id,matches\n", "header"),
        ("posting_id,matches\na_1,a_1\nb_2,b_2\n", "1 postings .* missing, the first c_3"),
        ("posting_id,matches\na_1,a_1\na_1,a_1\n", "line 3: posting_id a_1 stands there twice"),
        ("posting_id,matches\na_1,a_1 q_9\n", "line 2: q_9 is not a posting"),
        ("posting_id,matches\na_1,a_1 a_1\n", "line 2: a match is listed twice"),
        ("posting_id,matches\na_1,a_1,b_2\n", "line 2: expected 2 fields, saw 3"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path, lines, message):
    path = tmp_path / "s.csv"
    path.write_text(lines)
    with pytest.raises(DataError, match=message):
        read_submission(path, CATALOG)


def test_a_missing_file(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_submission(tmp_path / "s.csv", CATALOG)
