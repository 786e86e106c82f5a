"""Refinements by name."""

import json

import numpy as np
import pytest

from shopee_tf.matching.refinements import REFINEMENTS, Step, refine
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from tfrecords.errors import UsageError

STEPS = [Step(name, each) for name, made in REFINEMENTS.items() for each in made.settings]


def random_neighbors(*, n: int = 40, k: int = 9) -> Neighbors:
    vectors = np.random.default_rng(3).normal(size=(n, 5)).astype(np.float32)
    rows = np.arange(0, 2 * n, 2, dtype=np.int32)
    return cosine_neighbors(Embeddings(rows, vectors), k=k, backend="numpy")


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_every_setting_gives_neighbors_in_their_order(step):
    before = random_neighbors()
    photos = [f"{row // 6}.jpg" for row in range(80)]
    rows, found, similarities = refine(step, before, photos=photos)
    assert found.shape == before.neighbors.shape
    assert (found.dtype, similarities.dtype) == (np.int32, np.float32)
    np.testing.assert_array_equal(found[:, 0], rows)
    assert np.array_equal(found < 0, np.isneginf(similarities))
    assert not np.any(found[:, 1:] == rows[:, None])
    one, other, first, second = (
        found[:, 1:-1],
        found[:, 2:],
        similarities[:, 1:-1],
        similarities[:, 2:],
    )
    assert np.all((first > second) | (first == second) & ((one < other) | (other < 0)))


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_neighbors_given_are_not_changed(step):
    before = random_neighbors()
    copies = [field.copy() for field in before]
    refine(step, before, photos=[""] * 80)
    for field, copy in zip(before, copies, strict=True):
        np.testing.assert_array_equal(field, copy)


def test_a_step_survives_json():
    for step in STEPS:
        again = Step(*json.loads(json.dumps(step)))
        first, second = (
            refine(each, random_neighbors(), photos=[""] * 80) for each in (step, again)
        )
        np.testing.assert_array_equal(first.similarities, second.similarities)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(UsageError, match="no refinement 'magic'; there are identical_photos"):
        refine(Step("magic", {}), random_neighbors())


def test_photos_are_asked_for_where_they_are_needed():
    with pytest.raises(UsageError, match="identical_photos needs the names of the photos"):
        refine(Step("identical_photos", {}), random_neighbors())
