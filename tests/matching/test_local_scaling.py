"""Similarities judged by what is usual around both ends."""

import numpy as np
import pytest

from shopee_tf.matching.local_scaling import scale_locally
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from tfrecords.errors import UsageError


def found(*, n: int = 20, k: int = 20):
    vectors = np.random.default_rng(1).normal(size=(n, 4)).astype(np.float32) + 0.5
    rows = np.arange(0, 2 * n, 2, dtype=np.int32)
    return cosine_neighbors(Embeddings(rows, vectors), k=k, backend="numpy")


@pytest.mark.parametrize("rank", [1, 4, 19])
@pytest.mark.parametrize("strength", [0.5, 2.0])
def test_a_pair_loses_the_mean_of_what_is_usual_around_its_ends(rank, strength):
    before, after = found(), scale_locally(found(), rank=rank, strength=strength)
    usual = dict(zip(before.rows.tolist(), before.similarities[:, rank].clip(min=0), strict=True))
    for line, row in enumerate(before.rows.tolist()):
        for other, value in zip(before.neighbors[line, 1:], before.similarities[line, 1:]):
            now = after.similarities[line, after.neighbors[line] == other]
            expected = value - strength * (usual[row] + usual[int(other)]) / 2
            assert now == pytest.approx(expected, abs=1e-6)


def test_what_is_lowered_is_sorted_again_and_the_row_itself_first():
    after = scale_locally(found(), rank=3, strength=1)
    assert np.all(np.diff(after.similarities[:, 1:], axis=1) <= 0)
    np.testing.assert_array_equal(after.neighbors[:, 0], after.rows)
    assert np.all(after.similarities[:, 0] == found().similarities[:, 0])


@pytest.mark.parametrize("rank, strength", [(3, 0.0), (20, 1.0)])
def test_no_strength_or_a_rank_beyond_all_neighbors_changes_nothing(rank, strength):
    after = scale_locally(found(), rank=rank, strength=strength)
    np.testing.assert_array_equal(after.similarities, found().similarities)


@pytest.mark.parametrize("wrong", [{"rank": 0, "strength": 1}, {"rank": 2, "strength": -1}])
def test_a_rank_of_zero_or_a_negative_strength_is_refused(wrong):
    with pytest.raises(UsageError, match="local scaling needs"):
        scale_locally(found(), **wrong)
