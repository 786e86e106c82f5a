import numpy as np
import pytest

from shopee_tf.data.variants import TOLERANCE, parse_variants
from shopee_tf.matching.thresholds import fit_threshold
from shopee_tf.matching.variant_conflicts import DEFAULT_KINDS, KINDS, MAX_VALUES, VariantTable
from shopee_tf.matching.variant_guard import fit_penalty, guard
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError

TITLES = ["Serum 20 ml", "Serum 30ml", "Serum 0,02 liter", "Serum"]


def conflict(first, second, kinds=KINDS):
    table = VariantTable([parse_variants(first), parse_variants(second)], kinds=kinds)
    return table.conflicts(np.array([0]), np.array([1])).tolist() == [True]


def neighbors(rows, found, similarities):
    return Neighbors(
        np.array(rows, np.int32), np.array(found, np.int32), np.array(similarities, np.float32)
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Madu 250 gr", "Madu 0,5 kg", True),
        ("Madu 250 gr", "Madu 0,25kg", False),
        ("Madu 250 gr", "Madu", False),
        ("Madu 250 gr", "Madu 350 ml", False),
        ("Madu 250 gr / 500 gr", "Madu 500 gr", False),
        ("Sabun 70 gr", "Sabun 75 gr", False),  # within a tenth of the larger
        ("Sabun 70 gr", "Sabun 80 gr", True),
        ("Susu 2x200ml", "Susu 400 ml", False),
        ("Susu 2x200ml", "Susu 600 ml", True),
        ("Beras 1/2 kg", "Beras 500 gr", False),
        ("Beras 1/2 kg", "Beras 2 kg", True),
        ("Tisu isi 2", "Tisu isi 3", True),
        ("Samsung A10s", "Samsung A20s", True),
        ("Samsung A10s", "Vivo Y19", False),
        ("Case iPhone 7 / 8", "Case iPhone 8 / X", False),
        ("Case iPhone 7 A10", "Case iPhone 8 A10", True),  # one family is enough
        ("Pensil no 02", "Pensil no. 2", False),
        ("", "", False),
    ],
)
def test_conflicts(first, second, expected):
    assert conflict(first, second) == expected
    assert conflict(second, first) == expected


def test_a_title_of_many_amounts_conflicts_with_none():
    sizes = " ".join(f"{2**power} gr" for power in range(MAX_VALUES))
    assert conflict(sizes, "Madu 5000 gr")
    assert not conflict(f"{sizes} 1000 gr", "Madu 5000 gr")


def test_a_title_of_many_models_conflicts_with_none():
    models = "/".join(f"A{number}" for number in range(MAX_VALUES))
    assert conflict(models, "A90")
    assert not conflict(f"{models}/A80", "A90")


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [("quantities", "20 ml", "30 ml"), ("packs", "isi 2", "isi 3"), ("codes", "A10s", "A20s")],
)
def test_each_kind_is_looked_at_where_it_is_named(kind, first, second):
    assert conflict(first, second, [kind])
    assert not conflict(first, second, [other for other in KINDS if other != kind])


def test_packs_are_left_out_where_nothing_is_said():
    assert DEFAULT_KINDS == ("quantities", "codes")
    found = neighbors([0], [[0, 1]], [[1.0, 0.9]])
    titles = ["Karet isi 50", "Karet isi 100"]
    assert guard(found, titles, penalty=np.inf).neighbors.tolist() == [[0, 1]]
    assert guard(found, titles, penalty=np.inf, kinds=["packs"]).neighbors.tolist() == [[0, -1]]


@pytest.mark.parametrize("kinds", [[], ["colours"]])
def test_an_unknown_kind_is_refused(kinds):
    with pytest.raises(UsageError, match="expected among .*quantities"):
        VariantTable([parse_variants("A")], kinds=kinds)


def test_conflicts_are_those_of_the_rule_pair_by_pair():
    def differ(first, second):
        ours, theirs = (parse_variants(title) for title in (first, second))
        amounts, others = ours.quantities | ours.packs, theirs.quantities | theirs.packs
        return any(
            all(abs(a - b) > TOLERANCE * max(a, b) for a in amounts[name] for b in others[name])
            for name in amounts.keys() & others.keys()
        ) or any(
            ours.codes[family].isdisjoint(theirs.codes[family])
            for family in ours.codes.keys() & theirs.codes.keys()
        )

    rng = np.random.default_rng(0)
    words = [
        "10 gr",
        "0.01kg",
        "11gr",
        "20gr",
        "5 ml",
        "isi 2",
        "2 pcs",
        "isi 3",
        "A1",
        "A2",
        "no 1",
    ]
    titles = [" ".join(rng.choice(words, rng.integers(0, 4))) for _ in range(60)]
    first, second = (place.ravel() for place in np.indices((60, 60)))
    expected = [differ(titles[a], titles[b]) for a, b in zip(first, second)]
    table = VariantTable([parse_variants(title) for title in titles], kinds=KINDS)
    assert table.conflicts(first, second).tolist() == expected
    assert 0.1 < np.mean(expected) < 0.9


def test_a_veto_drops_other_variants():
    found = neighbors([0], [[0, 1, 2, 3]], [[1.0, 0.9, 0.8, 0.7]])
    guarded = guard(found, TITLES, penalty=np.inf)
    assert guarded.neighbors.tolist() == [[0, 2, 3, -1]]
    np.testing.assert_allclose(guarded.similarities, [[1.0, 0.8, 0.7, -np.inf]])


def test_a_penalty_lowers_and_sorts_again():
    found = neighbors([0], [[0, 1, 2, 3]], [[1.0, 0.9, 0.8, 0.7]])
    guarded = guard(found, TITLES, penalty=0.15)
    assert guarded.neighbors.tolist() == [[0, 2, 1, 3]]
    np.testing.assert_allclose(guarded.similarities, [[1.0, 0.8, 0.75, 0.7]], rtol=1e-6)


def test_ties_stand_by_row():
    found = neighbors([3], [[3, 0, 1, 2]], [[1.0, 0.75, 0.5, 0.5]])
    titles = ["A 20 ml", "A", "A", "A 30 ml"]
    assert guard(found, titles, penalty=0.25).neighbors.tolist() == [[3, 0, 1, 2]]


def test_the_row_itself_stays_first_and_the_padding_last():
    found = neighbors([1], [[1, 0, -1]], [[0.0, -5.0, -np.inf]])
    guarded = guard(found, TITLES, penalty=3.0)
    assert guarded.neighbors.tolist() == [[1, 0, -1]]
    assert guarded.similarities.tolist() == [[0.0, -8.0, -np.inf]]


def test_no_penalty_changes_nothing():
    found = neighbors([0, 2], [[0, 1], [2, 1]], [[1.0, 0.9], [1.0, 0.8]])
    for guarded, given in zip(guard(found, TITLES, penalty=0.0), found):
        np.testing.assert_array_equal(guarded, given)


def test_neighbors_given_are_left_alone():
    found = neighbors([0], [[0, 1]], [[1.0, 0.9]])
    guard(found, TITLES, penalty=np.inf)
    assert found.neighbors.tolist() == [[0, 1]]


@pytest.mark.parametrize("penalty", [-0.1, np.nan])
def test_a_bad_penalty_is_refused(penalty):
    found = neighbors([0], [[0, 1]], [[1.0, 0.9]])
    with pytest.raises(UsageError, match=f"at least 0, received {penalty}"):
        guard(found, TITLES, penalty=penalty)


def test_a_veto_is_fitted_where_other_variants_are_other_products():
    found = neighbors([0, 1], [[0, 1, 2], [1, 0, 2]], [[1.0, 0.9, 0.1], [1.0, 0.9, 0.9]])
    fit = fit_penalty(found, np.array([0, 1, 0]), TITLES, candidates=np.arange(3))
    assert fit == (np.inf, pytest.approx(-0.4), pytest.approx(1.0))


def test_no_penalty_is_fitted_where_other_variants_are_one_product():
    found = neighbors([0, 1, 2], [[0, 1, 2], [1, 0, 2], [2, 0, 1]], [[1.0, 0.9, 0.8]] * 3)
    labels = np.zeros(3, int)
    fit = fit_penalty(found, labels, TITLES[:3])
    assert fit.penalty == 0
    assert (fit.threshold, fit.f1) == fit_threshold(found, labels)


def test_candidates_count_in_the_fit():
    found = neighbors([0], [[0, 1]], [[1.0, 0.9]])
    labels = np.array([0, 0, 0, 1])
    fit = fit_penalty(found, labels, TITLES, candidates=np.arange(4))
    assert fit.f1 == pytest.approx(2 * 2 / (2 + 3))
