import numpy as np
import pytest

from shopee_tf.retrieval.hamming_parts import best_split, split_bits


@pytest.mark.parametrize("num_parts", range(4, 9))
@pytest.mark.parametrize("max_distance", range(25))
def test_far_in_every_part_is_far(num_parts, max_distance):
    # One bit more than the radius in each part is one bit more than the distance in all.
    parts = split_bits(num_parts, max_distance)
    assert sum(part.radius + 1 for part in parts) == max_distance + 1
    assert sorted({bit for part in split_bits(num_parts, 24) for bit in part.bits}) == [*range(64)]


def test_more_hashes_are_split_into_fewer_parts():
    rng = np.random.default_rng(0)
    few, many = (rng.integers(0, 2**64, num, dtype=np.uint64) for num in (2_000, 400_000))
    few_parts, few_seconds = best_split(
        few, np.arange(len(few)), max_distance=9, block_size=1 << 17
    )
    many_parts, many_seconds = best_split(
        many, np.arange(len(many)), max_distance=9, block_size=1 << 17
    )
    assert len(few_parts[0].bits) < len(many_parts[0].bits)
    assert few_seconds < many_seconds


def test_smaller_blocks_take_longer():
    points = np.unique(np.random.default_rng(0).integers(0, 2**64, 50_000, dtype=np.uint64))
    queries = np.arange(len(points))
    seconds = [
        best_split(points, queries, max_distance=9, block_size=size)[1] for size in (50_000, 1_000)
    ]
    assert seconds[0] < seconds[1]
