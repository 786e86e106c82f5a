import numpy as np
import pytest

from shopee_tf.retrieval.spaces import CosineSpace, EuclideanSpace, unit_rows


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(200, 257)) * 10.0 ** rng.uniform(-9, 9, (200, 1))).astype(np.float32)


def test_dot_products_are_the_same_in_every_order(vectors):
    units = unit_rows(vectors)[0].astype(np.float64)
    products = units[:1] * units
    forward = np.cumsum(products, axis=1)[:, -1]
    backward = np.cumsum(products[:, ::-1], axis=1)[:, -1]
    np.testing.assert_array_equal(forward, backward)
    np.testing.assert_array_equal(forward, units @ units[0])


def test_units_are_near_the_normalised_vectors(vectors):
    expected = vectors.astype(np.float64)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    units, nonzero = unit_rows(vectors)
    np.testing.assert_allclose(units, expected, rtol=0, atol=2.0**-25)
    assert nonzero.all()


def test_zero_vectors_stay_zero():
    units, nonzero = unit_rows(np.float32([[0, -0.0], [-3, 4]]))
    assert nonzero.tolist() == [False, True]
    np.testing.assert_array_equal(units[0], [0, 0])


@pytest.mark.parametrize("open_space", [CosineSpace, EuclideanSpace])
def test_scores_of_pairs_and_of_all_agree_within_the_slack(open_space):
    vectors = np.random.default_rng(1).normal(size=(50, 33)).astype(np.float32) + 5
    space = open_space(unit_rows(vectors)[0] if open_space is CosineSpace else vectors)
    queries = np.array([3, 9])
    pairs = space.pair_scores(queries, np.tile(np.arange(50), (2, 1)))
    difference = np.abs(pairs - space.all_scores(queries))
    assert np.all(difference <= np.reshape(space.slack(queries), (-1, 1)))


@pytest.mark.parametrize("open_space", [CosineSpace, EuclideanSpace])
def test_float32_errs_less_than_the_rounding_bound(open_space):
    vectors = np.random.default_rng(1).normal(size=(50, 333)).astype(np.float32) + 5
    space = open_space(unit_rows(vectors)[0] if open_space is CosineSpace else vectors)
    points = space.points
    scores = points[:9] @ points.T
    if open_space is EuclideanSpace:
        squares = (points * points).sum(axis=1)
        scores = 2 * scores - squares - squares[:9, None]
    error = np.abs(scores - space.all_scores(np.arange(9)))
    assert 0 < error.max() <= np.min(space.rounding(np.arange(9)))


def test_euclid_far_from_the_origin_keeps_its_digits():
    space = EuclideanSpace(np.float32([[4096.0, 0.0], [4096.0, 3e-3]]))
    scores = space.pair_scores(np.array([0]), np.array([[0, 1]]))
    np.testing.assert_allclose(space.similarity(scores), [[0.0, -3e-3]], rtol=1e-6)
