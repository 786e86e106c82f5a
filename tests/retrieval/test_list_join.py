import numpy as np
import pytest

from shopee_tf.retrieval import list_join
from shopee_tf.retrieval.list_join import open_list_join
from shopee_tf.retrieval.self_join_products import has_byte_products
from shopee_tf.retrieval.spaces import CosineSpace, unit_rows

LISTS = 9


def make_points(n=700, dim=40):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(n // 3, dim))[rng.integers(0, n // 3, n)]
    return unit_rows((vectors + 0.4 * rng.normal(size=(n, dim))).astype(np.float32))[0]


def make_probes(n=700):
    """Three lists each, by chance; the first is the one a point is in. Two lists are empty."""
    rng = np.random.default_rng(1)
    return np.argsort(rng.random((n, LISTS - 2)), axis=1)[:, :3].astype(np.int32) + 1


def best_by_lists(points, probes, k):
    """The k best of each point, itself and the points of its lists, by a full product."""
    scores = points.astype(np.float64) @ points.astype(np.float64).T
    reached = (probes[:, :, None] == probes[None, None, :, 0]).any(axis=1)
    np.fill_diagonal(reached, True)
    scores[~reached] = -np.inf
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return [
        {(other, np.float32(scores[row, other])) for other in found if scores[row, other] > -np.inf}
        for row, found in enumerate(best)
    ]


def k_best(scored, k, count):
    """The k best candidates of each query, from all that was scored."""
    found = [[] for _ in range(count)]
    for query, other, similarity in zip(*scored):
        found[query].append((other, similarity))
    return [set(sorted(each, key=lambda one: (-one[1], one[0]))[:k]) for each in found]


@pytest.fixture(params=[8, 16])
def bits(request, monkeypatch):
    if request.param == 8 and not has_byte_products():
        pytest.skip("this processor has no AVX-512 VNNI")
    monkeypatch.setattr(
        "shopee_tf.retrieval.self_join_products.has_byte_products", lambda: request.param == 8
    )


@pytest.mark.parametrize("n", [1, 15, 49, 700])
def test_the_best_of_the_lists_looked_into_are_found_to_the_bit(n, bits):
    points, probes = make_points()[:n], make_probes()[:n]
    scored = open_list_join(CosineSpace(points), probes, k=6)(np.arange(n))
    assert k_best(scored, 6, n) == best_by_lists(points, probes, 6)


def test_more_neighbours_than_the_lists_hold_are_all_of_them(bits):
    points, probes = make_points(60), make_probes(60)
    scored = open_list_join(CosineSpace(points), probes, k=60)(np.arange(60))
    assert k_best(scored, 60, 60) == best_by_lists(points, probes, 60)


def test_how_many_are_searched_in_one_go_changes_nothing(monkeypatch):
    points, probes = make_points(), make_probes()
    whole = open_list_join(CosineSpace(points), probes, k=6)(np.arange(700))
    monkeypatch.setattr(list_join, "_QUERIES", 33)
    parts = open_list_join(CosineSpace(points), probes, k=6)(np.arange(700))
    assert k_best(parts, 6, 700) == k_best(whole, 6, 700)


def test_a_list_that_is_missing_is_looked_into_by_nobody():
    points, probes = make_points(), make_probes()
    fewer = np.where(np.arange(3) < 2, probes, -1).astype(np.int32)
    scored = open_list_join(CosineSpace(points), fewer, k=6)(np.arange(700))
    assert k_best(scored, 6, 700) == best_by_lists(points, probes[:, :2], 6)


def test_what_is_below_the_floor_is_left_out_and_nothing_else():
    points, probes = make_points(), make_probes()
    scored = open_list_join(CosineSpace(points), probes, k=6, floor=0.5)(np.arange(700))
    expected = [{one for one in best if one[1] >= 0.5} for best in best_by_lists(points, probes, 6)]
    found = [{one for one in best if one[1] >= 0.5} for best in k_best(scored, 6, 700)]
    assert found == expected


def test_progress_comes_to_its_end(monkeypatch):
    told = []
    monkeypatch.setattr(list_join, "_QUERIES", 300)
    open_list_join(
        CosineSpace(make_points()), make_probes(), k=6, progress=lambda *at: told.append(at)
    )
    assert sorted(done for done, _ in told)[-1] == 700
    assert {total for _, total in told} == {700}


def test_an_error_of_progress_reaches_the_caller(monkeypatch):
    def fail(done, total):
        raise KeyboardInterrupt

    monkeypatch.setattr(list_join, "_QUERIES", 10)
    with pytest.raises(KeyboardInterrupt):
        open_list_join(CosineSpace(make_points()), make_probes(), k=6, progress=fail)
