"""Compiled loops: what is kept between processes follows the sources; nothing needs a cache."""

import pathlib
import runpy
import subprocess
import sys

import numpy as np
import pytest

import shopee_tf

PACKAGE = pathlib.Path(shopee_tf.__file__).parent

CALLER = """\
from callee import FACTOR, inner
from shopee_tf.compilation import compiled

@compiled
def outer(number):
    return FACTOR * inner(number)

print(outer(1))
"""
CALLEE = """\
from shopee_tf.compilation import compiled

FACTOR = {factor}

@compiled
def inner(number):
    return number + {added}
"""


@pytest.fixture
def outer(tmp_path):
    """Runs a loop that calls a function of another file, in a process of its own."""
    (tmp_path / "caller.py").write_text(CALLER, encoding="utf-8")

    def run(**numbers) -> int:
        (tmp_path / "callee.py").write_text(CALLEE.format(**numbers), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, str(tmp_path / "caller.py")],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        return int(ran.stdout)

    return run


@pytest.mark.parametrize("changed", [{"factor": 10, "added": 2}, {"factor": 100, "added": 1}])
def test_what_is_kept_is_compiled_again_where_another_file_changed(outer, changed):
    assert outer(factor=10, added=1) == 20
    assert outer(**changed) == changed["factor"] * (1 + changed["added"])


def test_what_is_kept_serves_the_next_process(outer, tmp_path):
    outer(factor=10, added=1)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")}
    outer(factor=10, added=1)
    assert kept and kept == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nbc")}


def loops_of(module, monkeypatch):
    """The loops of a module in a container where numba can keep nothing."""
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    return runpy.run_path(str(PACKAGE / "retrieval" / f"{module}.py"))


@pytest.mark.faults
def test_the_loop_over_pairs_runs(monkeypatch):
    loops = loops_of("pair_kernels", monkeypatch)
    starts, terms, weights = np.array([0, 2, 3]), np.array([0, 1, 1]), np.float32([3, 4, 5])
    scores = np.empty((1, 2))
    loops["sparse_dots"](starts, terms, weights, 2, np.array([0]), np.array([[0, 1]]), scores)
    assert scores.tolist() == [[9 + 16, 20]]


@pytest.mark.faults
def test_the_loops_of_the_search_run(monkeypatch):
    loops = loops_of("sparse_kernels", monkeypatch)
    heap = np.array([0.0, 0.0])
    for value in (0.25, 0.75, 0.5):
        loops["_keep"](heap, value)
    assert heap.tolist() == [0.5, 0.75]


def test_nothing_else_asks_numba_to_compile():
    asking = [path.stem for path in PACKAGE.rglob("*.py") if "njit" in path.read_text("utf-8")]
    assert asking == ["compilation"]
