"""Boosted trees as plain arrays say what scikit-learn's say."""

import io

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from shopee_tf.matching import boosted_pairs
from shopee_tf.matching.boosted_pairs import AllMatchError, Trees, fit_trees, tree_log_odds


@pytest.fixture(scope="module")
def pairs():
    """Two columns that tell something and one that does not, of 4,000 pairs of 400 products."""
    rng = np.random.default_rng(0)
    values = rng.random((4000, 3), np.float32)
    hits = rng.random(4000) < (values[:, 0] + 1 - values[:, 1]) / 2
    return values, hits, both(np.arange(4000) // 10)


def both(products):
    """The same product at either end."""
    return np.stack([products, products])


@pytest.fixture(scope="module")
def fitted(pairs):
    values, hits, products = pairs
    return fit_trees(values, hits, monotone=[1, -1, 0], products=products, folds=3)


def flat_and_original(values, hits):
    model = HistGradientBoostingClassifier(max_iter=30, random_state=0).fit(values, hits)
    return boosted_pairs._flatten(model), model


def test_flat_trees_equal_the_decision_function(pairs):
    values, hits, _ = pairs
    flat, model = flat_and_original(values, hits)
    unseen = np.random.default_rng(1).normal(0.5, 2.0, (5000, 3)).astype(np.float32)
    for some in (values, unseen):
        found = tree_log_odds(flat, some)
        np.testing.assert_allclose(found, model.decision_function(some), atol=1e-9)


def test_values_that_stand_on_a_threshold_go_where_they_went_in_training():
    """Few distinct values, between which thresholds are that no float32 holds."""
    rng = np.random.default_rng(2)
    values = rng.choice(np.float32([0.1, 0.2, np.nextafter(np.float32(0.2), 1), 0.7]), (3000, 2))
    flat, model = flat_and_original(values, rng.random(3000) < values[:, 0])
    around = np.repeat(flat.thresholds[flat.columns == 0], 3).reshape(-1, 3)
    around[:, 0] = np.nextafter(around[:, 0], np.float32(-1))
    around[:, 2] = np.nextafter(around[:, 2], np.float32(1))
    some = np.stack([around.ravel(), np.full(around.size, 0.2, np.float32)], axis=1)
    np.testing.assert_allclose(tree_log_odds(flat, some), model.decision_function(some), atol=1e-9)


@pytest.mark.parametrize("leaves", [2, 5, 32])
def test_trees_of_any_shape_are_copied(pairs, leaves):
    values, hits, _ = pairs
    model = HistGradientBoostingClassifier(max_leaf_nodes=leaves, max_iter=5, min_samples_leaf=1)
    model.fit(values, hits)
    found = tree_log_odds(boosted_pairs._flatten(model), values)
    np.testing.assert_allclose(found, model.decision_function(values), atol=1e-9)


def test_values_that_tell_nothing_give_the_share_of_matches():
    values, hits = np.zeros((1000, 1), np.float32), np.arange(1000) % 4 == 0
    fitted = fit_trees(values, hits, monotone=[1], products=both(np.arange(1000) // 4))
    np.testing.assert_allclose(tree_log_odds(fitted.trees, values), -np.log(3))


def test_trees_survive_a_file_without_pickle(fitted, pairs):
    file = io.BytesIO()
    np.savez(file, **fitted.trees._asdict())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        trees = Trees(**{name: stored[name] for name in Trees._fields})
    expected = tree_log_odds(fitted.trees, pairs[0])
    np.testing.assert_array_equal(tree_log_odds(trees, pairs[0]), expected)


def test_log_odds_rise_and_fall_where_they_must(fitted):
    grid = np.linspace(-0.5, 1.5, 101, dtype=np.float32)
    for column, sign in ((0, 1), (1, -1)):
        values = np.full((101, 3), 0.5, np.float32)
        values[:, column] = grid
        change = sign * np.diff(tree_log_odds(fitted.trees, values))
        assert (change > -1e-12).all() and change.sum() > 1.0


def test_no_pair_is_judged_by_trees_that_saw_its_product():
    """Each product has a value and a coin of its own: only who saw it knows how that fell."""
    rng = np.random.default_rng(4)
    products = np.arange(6000) // 200
    values = products[:, None].astype(np.float32)
    hits = (rng.permutation(30) < 15)[products]
    fitted = fit_trees(values, hits, monotone=[0], products=both(products))
    assert np.mean((tree_log_odds(fitted.trees, values) > 0) == hits) > 0.95
    assert np.mean((fitted.out_of_fold > 0) == hits) < 0.8


def noise(seed, products=100, count=1500):
    """Pairs in both directions, half of them of one product, and nothing that tells which."""
    rng = np.random.default_rng(seed)
    query, values = rng.integers(products, size=count), rng.random((count, 4), np.float32)
    other = np.where(rng.random(count) < 0.5, query, rng.integers(products, size=count))
    ends = np.stack([np.append(query, other), np.append(other, query)])
    return np.tile(values, (2, 1)), ends[0] == ends[1], ends


def log_odds_above_those_of_new_strangers(products, of):
    """By how much the strangers of `of` are thought more likely than strangers never seen."""
    values, hits, _ = of
    fitted = fit_trees(values, hits, monotone=[0] * 4, products=products)
    new = tree_log_odds(fitted.trees, noise(1)[0])
    return fitted.out_of_fold[~hits].mean() - new.mean()


def test_no_pair_is_judged_by_trees_that_saw_it_the_other_way_round():
    pairs = noise(0)
    assert abs(log_odds_above_those_of_new_strangers(pairs[2], pairs)) < 0.04
    seen = log_odds_above_those_of_new_strangers(both(pairs[2][0]), pairs)  # by the query alone
    assert seen < -0.08


def test_strangers_that_stay_weigh_as_much_as_all():
    """Of values that tell nothing only the shares are learnt."""
    products = noise(2)[2]
    hits, values = products[0] == products[1], np.zeros((products.shape[1], 1), np.float32)
    fold = boosted_pairs._deal(products, 5, 0)[0]
    found = fit_trees(values, hits, monotone=[0], products=products).out_of_fold
    for number in range(5):
        share = hits[fold != number].mean()
        np.testing.assert_allclose(found[fold == number], np.log(share / (1 - share)))


def test_others_that_are_nobodys_query_leave_nothing_out():
    """Two strangers of one product, and of many that were not asked about."""
    products = np.array([[0, 0, 1, 1], [1, 7, 0, 8]])
    fold, other_fold = boosted_pairs._deal(products, 2, 0)
    assert fold.tolist() == [fold[0], fold[0], 1 - fold[0], 1 - fold[0]]
    assert other_fold.tolist() == [1 - fold[0], -1, fold[0], -1]


def test_weights_are_of_strangers_alone():
    asked, strangers = np.arange(8) < 6, np.array([1, 1, 1, 1, 0, 0, 1, 1], bool)
    kept = asked & (np.arange(8) != 2)  # three of four
    expected = np.where(strangers, 4 / 3, 1)
    np.testing.assert_allclose(boosted_pairs._restored(asked, kept, strangers), expected)


def test_out_of_fold_equals_a_fit_without_the_fold(pairs, fitted):
    values, hits, products = pairs
    fold = boosted_pairs._deal(products, 3, 0)[0]
    assert all(len(set(fold[products[0] == one])) == 1 for one in range(400))
    kept = fold != 2
    trees = boosted_pairs._fit_one(values[kept], hits[kept], np.ones(kept.sum()), [1, -1, 0], 0)
    expected = tree_log_odds(trees, values[fold == 2])
    np.testing.assert_array_equal(fitted.out_of_fold[fold == 2], expected)


def test_a_fit_is_repeated_exactly(pairs, fitted):
    values, hits, products = pairs
    again = fit_trees(values, hits, monotone=[1, -1, 0], products=products, folds=3)
    for one, other in zip((*fitted.trees, fitted.out_of_fold), (*again.trees, again.out_of_fold)):
        np.testing.assert_array_equal(one, other)


def test_the_seed_deals_the_products(pairs):
    folds = [boosted_pairs._deal(pairs[2], 5, seed)[0] for seed in (0, 1)]
    assert (folds[0] != folds[1]).any()
    for fold in folds:
        assert np.bincount(fold).tolist() == [800] * 5


def test_nothing_comes_of_no_pairs(fitted):
    assert tree_log_odds(fitted.trees, np.empty((0, 3), np.float32)).shape == (0,)


@pytest.mark.parametrize(
    "values, match",
    [
        ([[0.1, np.nan, 0.2]], "finite"),
        ([[0.1, np.inf, 0.2]], "finite"),
        ([[0.1, 0.2]], "expected 3 columns, got 2"),
        ([0.1, 0.2, 0.3], "line of finite values"),
    ],
)
def test_values_that_trees_cannot_judge_are_refused(fitted, values, match):
    with pytest.raises(ValueError, match=match):
        tree_log_odds(fitted.trees, np.array(values, np.float32))


def test_a_fold_needs_both_classes():
    with pytest.raises(ValueError, match="every fold needs matches .* in fold . of 2"):
        fit_trees(
            np.zeros((4, 1), np.float32), [True, False, False, False],
            monotone=[1], products=both(range(4)), folds=2,
        )  # fmt: skip


def test_nothing_is_told_apart_where_all_pairs_match():
    with pytest.raises(AllMatchError, match="no match, too"):
        fit_trees(
            np.zeros((4, 1), np.float32), [True] * 4, monotone=[1], products=both(range(4)), folds=2
        )


def test_a_sign_is_needed_for_each_column(pairs):
    values, hits, products = pairs
    with pytest.raises(ValueError, match="a sign for each column"):
        fit_trees(values, hits, monotone=[1], products=products)


def test_the_product_of_either_end_is_needed(pairs):
    values, hits, products = pairs
    with pytest.raises(ValueError, match="two products for each pair"):
        fit_trees(values, hits, monotone=[1, -1, 0], products=products[0])
