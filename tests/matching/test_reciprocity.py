"""Pairs of which one end does not think of the other."""

import numpy as np
import pytest

from shopee_tf.matching.reciprocity import keep_mutual
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import Neighbors, cosine_neighbors
from tfrecords.errors import UsageError


def found(seed: int = 0, *, n: int = 30) -> Neighbors:
    vectors = np.random.default_rng(seed).normal(size=(n, 4)).astype(np.float32)
    rows = np.arange(0, 2 * n, 2, dtype=np.int32)
    return cosine_neighbors(Embeddings(rows, vectors), k=10, backend="numpy")


def pairs(neighbors: Neighbors) -> set[tuple[int, int]]:
    lines = zip(neighbors.rows.tolist(), neighbors.neighbors[:, 1:].tolist(), strict=True)
    return {(row, other) for row, others in lines for other in others if other >= 0}


@pytest.mark.parametrize("rank", [1, 3, 9])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_are_the_pairs_near_from_both_ends(seed, rank):
    near = pairs(found(seed)._replace(neighbors=found(seed).neighbors[:, : rank + 1]))
    mutual = {(row, other) for row, other in near if (other, row) in near}
    assert pairs(keep_mutual(found(seed), rank=rank)) == mutual


def test_a_penalty_lowers_the_others_and_drops_none():
    before, after = found(), keep_mutual(found(), rank=2, penalty=0.25)
    assert pairs(after) == pairs(before)
    mutual = pairs(keep_mutual(before, rank=2))
    for line, row in enumerate(before.rows.tolist()):
        for other, value in zip(before.neighbors[line, 1:], before.similarities[line, 1:]):
            now = after.similarities[line, after.neighbors[line] == other]
            assert now == pytest.approx(value - 0.25 * ((row, int(other)) not in mutual))


def test_what_is_lowered_is_sorted_again():
    after = keep_mutual(found(), rank=2, penalty=0.3)
    assert np.all(np.diff(after.similarities[:, 1:], axis=1) <= 0)


def test_distances_may_be_asked_for_mutual_ranks():
    ranked = [[0, 1, 2], [1, 0, 2], [2, 1, -1]], [[0, -1, -4], [0, -1, -2], [0, -2, -np.inf]]
    kept = keep_mutual(Neighbors(np.arange(3), *map(np.array, ranked)), rank=1)
    assert kept.neighbors.tolist() == [[0, 1, -1], [1, 0, -1], [2, -1, -1]]


@pytest.mark.parametrize("wrong", [{"rank": 0}, {"rank": 2, "penalty": -0.1}])
def test_a_rank_of_zero_or_a_negative_penalty_is_refused(wrong):
    with pytest.raises(UsageError, match="mutual ranks need"):
        keep_mutual(found(), **wrong)


def test_a_search_from_some_rows_is_refused():
    part = Neighbors(*(field[:5] for field in found()))
    with pytest.raises(UsageError, match="search the candidates from all of them"):
        keep_mutual(part, rank=2)
