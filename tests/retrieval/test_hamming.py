import numpy as np
import pytest

from shopee_tf.data.catalog import read_catalog
from shopee_tf.retrieval import hamming
from shopee_tf.retrieval.hamming import hamming_neighbors
from tfrecords.errors import DataError, UsageError


def random_hashes(num=300, seed=0):
    # A few seeds with bits flipped: many ties, some identical, distances from 0 to 64.
    rng = np.random.default_rng(seed)
    seeds = rng.integers(0, 2**64, 20, dtype=np.uint64)
    flips = rng.integers(0, 64, (num, 6)).astype(np.uint64)
    values = seeds[rng.integers(0, 20, num)]
    for column in range(6):
        chosen = rng.random(num) < 0.5
        values = np.where(chosen, values ^ (np.uint64(1) << flips[:, column]), values)
    return np.array([f"{value:016x}" for value in values], object)


def expected_neighbors(hashes, k, max_distance):
    table = np.full((len(hashes), k), -1)
    for row, own in enumerate(hashes):
        ranked = sorted(
            ((int(own, 16) ^ int(other, 16)).bit_count(), at)
            for at, other in enumerate(hashes)
            if at != row
        )
        near = [at for distance, at in ranked if distance <= max_distance][: k - 1]
        table[row, : len(near) + 1] = [row, *near]
    return table


@pytest.mark.parametrize("method", hamming.METHODS)
@pytest.mark.parametrize("max_distance", [0, 4, 24, 64])
@pytest.mark.parametrize("k", [1, 5, 50, 300])
def test_neighbours_are_by_distance_then_row(k, max_distance, method):
    hashes = random_hashes()
    found = hamming_neighbors(hashes, k=k, max_distance=max_distance, method=method)
    np.testing.assert_array_equal(found.neighbors, expected_neighbors(hashes, k, max_distance))


def test_similarity_is_minus_the_distance():
    found = hamming_neighbors(["0" * 16, "F" * 16, "0" * 15 + "7"], k=3, max_distance=64)
    assert found.similarities.tolist() == [[0, -3, -64], [0, -61, -64], [0, -3, -61]]
    assert found.similarities.dtype == np.float32


@pytest.mark.parametrize("method", ["scan", "index"])
@pytest.mark.parametrize("block_size", [1, 70, 5000])
def test_blocks_change_nothing(block_size, method):
    hashes = random_hashes()
    expected = hamming_neighbors(hashes, k=20)
    found = hamming_neighbors(hashes, k=20, block_size=block_size, method=method)
    for ours, reference in zip(found, expected):
        np.testing.assert_array_equal(ours, reference)


@pytest.mark.parametrize("method", ["scan", "index"])
def test_queries_search_among_all_rows(method):
    hashes, rows = random_hashes(), np.arange(300) * 2
    whole = hamming_neighbors(hashes, rows=rows, k=9, max_distance=12)
    some = hamming_neighbors(
        hashes, rows=rows, k=9, max_distance=12, queries=np.array([598, 0]), method=method
    )
    np.testing.assert_array_equal(some.neighbors, whole.neighbors[[299, 0]])
    assert some.rows.tolist() == [598, 0]


@pytest.mark.parametrize("bits", [8, 9])
def test_more_ties_than_neighbours(bits):
    # All numbers of 8 or 9 bits: C(bits, d) stand at distance d from each.
    hashes = [f"{value:016x}" for value in np.random.default_rng(0).permutation(1 << bits)]
    for k in (5, 20, 60):
        found = hamming_neighbors(hashes, k=k, max_distance=6)
        np.testing.assert_array_equal(found.neighbors, expected_neighbors(hashes, k, 6))


@pytest.mark.real_data
@pytest.mark.parametrize("max_distance", [0, 9, 12])
def test_both_methods_find_the_same_in_the_real_catalogue(shared_data, max_distance):
    hashes = read_catalog(shared_data / "shopee" / "train.csv").image_phashes
    scanned = hamming_neighbors(hashes, max_distance=max_distance, method="scan")
    looked_up = hamming_neighbors(hashes, max_distance=max_distance, method="index")
    for theirs, ours in zip(scanned, looked_up):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("max_distance", "by_index"), [(2, True), (24, False)])
def test_the_quicker_method_is_chosen(max_distance, by_index):
    points = np.unique(np.random.default_rng(0).integers(0, 2**64, 20_000, dtype=np.uint64))
    parts = hamming._choose(points, np.arange(len(points)), max_distance, "auto", 1 << 17)
    assert (parts is not None) == by_index


def test_no_such_method_is_refused():
    with pytest.raises(UsageError, match="one of auto, scan, index; received 'tree'"):
        hamming_neighbors(["0" * 16], method="tree")


@pytest.mark.faults
@pytest.mark.parametrize("method", hamming.METHODS)
def test_identical_hashes_give_self_then_the_lowest_rows(method):
    found = hamming_neighbors(["00123e4567891234"] * 50, k=4, method=method, max_distance=9)
    assert found.neighbors[0].tolist() == [0, 1, 2, 3]
    assert found.neighbors[49].tolist() == [49, 0, 1, 2]


@pytest.mark.faults
@pytest.mark.parametrize("method", hamming.METHODS)
def test_rows_without_a_hash_match_only_themselves(caplog, method):
    found = hamming_neighbors(["", "0" * 16, "", "0" * 16], k=4, method=method, max_distance=9)
    assert found.neighbors.tolist() == [
        [0, -1, -1, -1],
        [1, 3, -1, -1],
        [2, -1, -1, -1],
        [3, 1, -1, -1],
    ]
    assert found.similarities[0].tolist() == [0, -np.inf, -np.inf, -np.inf]
    assert "2 of 4 rows match only themselves: no hash" in caplog.text


@pytest.mark.faults
@pytest.mark.parametrize("method", hamming.METHODS)
def test_no_row_with_a_hash(method):
    assert hamming_neighbors(["", ""], k=2, method=method).neighbors.tolist() == [[0, -1], [1, -1]]


@pytest.mark.faults
@pytest.mark.parametrize(
    "text", ["0" * 15, "0" * 17, "g" * 16, " " + "0" * 15, "0" * 16 + "\n", None]
)
def test_what_is_not_a_hash_is_refused_by_row(text):
    with pytest.raises(DataError, match="row 8: not a hash of 16 hex digits"):
        hamming_neighbors(["0" * 16, text], rows=np.array([3, 8]))


@pytest.mark.faults
def test_no_hashes_are_refused():
    with pytest.raises(DataError, match="0 rows"):
        hamming_neighbors([])


@pytest.mark.faults
def test_k_beyond_n_is_lowered_with_a_warning(caplog):
    assert hamming_neighbors(["0" * 16] * 3, k=50).neighbors.shape == (3, 3)
    assert "k lowered from 50 to 3" in caplog.text


@pytest.mark.parametrize(("k", "max_distance"), [(0, 9), (5, -1), (5, 65)])
def test_numbers_out_of_range_are_refused(k, max_distance):
    with pytest.raises(UsageError, match=f"received {k} and {max_distance}"):
        hamming_neighbors(["0" * 16], k=k, max_distance=max_distance)
