"""A boundary of degree 2 in the similarities of systems."""

import numpy as np
import pytest

from shopee_tf.matching.boundary import boundary_log_odds, fit_boundary


def test_it_finds_a_curve_that_no_line_is():
    similar = np.random.default_rng(0).random((2, 4000), np.float32)
    hits = similar[0] * similar[1] > 0.25
    found = boundary_log_odds(fit_boundary(similar, hits), similar) > 0
    assert (found == hits).mean() > 0.98


def test_a_system_that_knows_nothing_is_not_one_that_says_no():
    rng = np.random.default_rng(1)
    known = rng.random(2000) < 0.5
    hits = rng.random(2000) < np.where(known, 0.1, 0.9)
    similar = np.where(known, rng.random(2000) * 0.1 + 0.01, 0).astype(np.float32)[None]
    boundary = fit_boundary(similar, hits)
    unknown, low = boundary_log_odds(boundary, np.array([[0.0, 0.02]], np.float32))
    assert unknown > 1 > -1 > low


@pytest.mark.parametrize("seed", range(5))
def test_more_similarity_never_lowers_the_chance(seed):
    rng = np.random.default_rng(seed)
    similar = np.concatenate([rng.random((2, 60)) * 0.8, np.full((2, 6), 1.0)], axis=1)
    hits = np.append(similar[0, :60] > 0.5, [True, False, False] * 2)
    boundary = fit_boundary(similar.astype(np.float32), hits)
    grid = np.linspace(0.01, 1, 50, dtype=np.float32)
    plane = np.stack([axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij")])
    height = boundary_log_odds(boundary, plane).reshape(50, 50)
    assert (np.diff(height, axis=0) >= -1e-9).all()
    assert (np.diff(height, axis=1) >= -1e-9).all()


def test_below_zero_counts_as_zero():
    similar = np.array([[0.9, 0.1, 0.8, 0.2]], np.float32)
    boundary = fit_boundary(similar, np.array([True, False, True, False]))
    low, least = boundary_log_odds(boundary, np.array([[-0.5, -0.1]], np.float32))
    assert low == least


@pytest.mark.parametrize("hits", [[True, True], [False, False]])
def test_pairs_of_one_kind_teach_nothing(hits):
    with pytest.raises(ValueError, match="a match and pairs that are not"):
        fit_boundary(np.array([[0.5, 0.6]], np.float32), np.array(hits))
