"""The inner loops run in a container where numba can keep nothing."""

import pathlib
import runpy

import numpy as np
import pytest

from shopee_tf import retrieval

FOLDER = pathlib.Path(retrieval.__file__).parent
pytestmark = pytest.mark.faults


def loops_of(module, monkeypatch):
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    return runpy.run_path(str(FOLDER / f"{module}.py"))


def test_the_loop_over_pairs_runs(monkeypatch):
    loops = loops_of("pair_kernels", monkeypatch)
    starts, terms, weights = np.array([0, 2, 3]), np.array([0, 1, 1]), np.float32([3, 4, 5])
    scores = np.empty((1, 2))
    loops["sparse_dots"](starts, terms, weights, 2, np.array([0]), np.array([[0, 1]]), scores)
    assert scores.tolist() == [[9 + 16, 20]]


def test_the_loops_of_the_search_run(monkeypatch):
    loops = loops_of("sparse_kernels", monkeypatch)
    heap = np.array([0.0, 0.0])
    for value in (0.25, 0.75, 0.5):
        loops["_keep"](heap, value)
    assert heap.tolist() == [0.5, 0.75]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_nothing_else_asks_numba_to_compile(path):
    assert path.stem == "compilation" or "njit" not in path.read_text(encoding="utf-8")
