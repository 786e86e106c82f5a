"""What two titles say that cannot both be true."""

import pytest

from shopee_tf.explaining.conflicts import Conflict, find_conflicts


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        ("gula 250 gr", "gula 1/2 kg", Conflict("quantities", "mass", ("250g",), ("500g",))),
        ("tali 4,5 m", "tali 2 m", Conflict("quantities", "length", ("450cm",), ("2m",))),
        ("case A10s", "case a20", Conflict("codes", "a", ("a10s",), ("a20",))),
        ("case iPhone 7", "iphone 8", Conflict("codes", "iphone", ("iphone 7",), ("iphone 8",))),
        ("karet isi 50", "karet 100 pcs", Conflict("packs", "pieces", ("50pcs",), ("100pcs",))),
    ],
)
def test_each_kind_says_what_either_title_says(first, second, conflict):
    assert find_conflicts(first, second) == (conflict,)


def test_the_most_telling_kind_comes_first():
    found = find_conflicts("serum A1 20ml isi 2", "serum A2 30ml isi 3")
    assert [one.kind for one in found] == ["quantities", "codes", "packs"]


@pytest.mark.parametrize("second", ["gula 255 g", "gula", "gula 1 liter", "gula 250g atau 500g"])
def test_what_is_near_absent_of_another_dimension_or_shared_is_no_conflict(second):
    assert find_conflicts("gula 250 gr", second) == ()
