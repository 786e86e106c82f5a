"""Embeddings in the plane."""

import numpy as np
import pytest

from shopee_tf.report.projection import largest_products, project, projection_figure
from shopee_tf.retrieval.embeddings import Embeddings
from tests.listings import catalog

RANDOM = np.random.default_rng(0)


def test_the_points_are_those_of_the_first_two_principal_components():
    unit = RANDOM.normal(size=(30, 5))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    found = project(unit.astype(np.float32), np.arange(30))
    centred = unit - unit.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    expected = centred @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(found.points), np.abs(expected), atol=1e-5)
    assert found.share == pytest.approx(values[::-1][:2].sum() / values.sum(), abs=1e-5)


def test_only_some_rows_say_where_the_axes_are():
    vectors = np.array([[1, 0, 0], [0.8, 0.6, 0], [0.8, -0.6, 0], [0, 0, 1]], np.float32)
    # The first three lie in the plane of the first two coordinates, and spread most in the second.
    found = project(vectors, np.arange(3))
    np.testing.assert_allclose(np.abs(found.points[:3, 0]), [0, 0.6, 0.6], atol=1e-6)
    assert found.share == pytest.approx(1.0)


def test_the_length_of_a_vector_changes_nothing():
    vectors = RANDOM.normal(size=(9, 4)).astype(np.float32)
    longer = vectors * np.arange(1, 10, dtype=np.float32)[:, None]
    rows = np.arange(9)
    np.testing.assert_allclose(project(vectors, rows)[0], project(longer, rows)[0], atol=1e-6)


@pytest.mark.parametrize("vectors", [np.ones((3, 4)), np.zeros((3, 4)), np.ones((1, 2))])
def test_vectors_without_spread_lie_in_one_point(vectors):
    found = project(vectors.astype(np.float32), np.arange(len(vectors)))
    np.testing.assert_allclose(found.points, 0.0, atol=1e-6)
    assert found.share == 1.0


def test_of_equally_large_products_the_smaller_label_comes_first():
    assert largest_products(np.array([3, 1, 1, 3, 2]), most=2) == [1, 3]


@pytest.mark.parametrize("titles", [["tas $5 $6"] * 6, ["包 👜"] * 6, [""] * 6, ["_tas"] * 6])
def test_any_title_can_stand_in_the_legend(titles):
    listings = catalog(6, title=titles)
    vectors = RANDOM.normal(size=(6, 3)).astype(np.float32)
    figure = projection_figure("a/text", Embeddings(np.arange(6), vectors), listings)
    assert figure.name == "embeddings_a_text"
    assert figure.png.startswith(b"\x89PNG")


def test_without_labels_all_listings_say_where_the_axes_are():
    listings = catalog(6, label_group=None)
    vectors = RANDOM.normal(size=(6, 3)).astype(np.float32)
    figure = projection_figure("runs/a", Embeddings(np.arange(6), vectors), listings)
    assert "components of all listings" in figure.caption
