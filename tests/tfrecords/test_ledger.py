import pytest

from tfrecords.errors import DataError
from tfrecords.ledger import BadRows, Skip, count_reasons, describe

SKIPPED = [
    Skip(9, "c", "truncated", "c.jpg"),
    Skip(2, "a", "missing_file", "a.jpg"),
    Skip(5, "b", "missing_file", "b.jpg"),
]


def test_reasons_are_counted_the_most_frequent_first():
    assert list(count_reasons(SKIPPED).items()) == [("missing_file", 2), ("truncated", 1)]


def test_rows_are_named_in_order():
    assert describe(SKIPPED, limit=2) == (
        "missing_file 2, truncated 1 (a: a.jpg; b: b.jpg; and 1 more)"
    )


def test_as_many_bad_rows_as_allowed_are_tolerated():
    BadRows(100, max_fraction=0.03).add(SKIPPED)


def test_one_more_ends_the_build():
    bad = BadRows(100, max_fraction=0.03)
    bad.add(SKIPPED)
    with pytest.raises(DataError, match=r"4 of 100 rows .* --max_bad_fraction=0.03.*missing_file"):
        bad.add([Skip(11, "d", "too_large", "d.png")])


def test_an_error_names_at_most_five_rows():
    skipped = [Skip(row, f"p{row}", "missing_file", f"{row}.jpg") for row in range(7)]
    with pytest.raises(DataError, match=r"missing_file 7 \(p0: 0.jpg; .*; and 2 more\)"):
        BadRows(100, max_fraction=0.03).add(skipped)


def test_an_intolerable_reason_ends_the_build_at_once():
    with pytest.raises(DataError, match=r"--strict: unsafe_path 1 \(e: '\.\./x'\)"):
        BadRows(100, max_fraction=1, intolerable=("unsafe_path",)).add(
            [Skip(3, "e", "unsafe_path", "'../x'"), SKIPPED[0]]
        )
