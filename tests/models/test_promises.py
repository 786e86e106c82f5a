"""Promises that need a process of their own: two devices, and a machine without TensorFlow."""

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def run(script, *arguments, **environment):
    root = HERE.parent.parent
    done = subprocess.run(
        [sys.executable, str(HERE / script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [line.split() for line in done.stdout.splitlines()]


def test_two_devices_take_the_step_that_one_takes(tiny_hub):
    lines = run("two_replicas.py", *tiny_hub)
    steps = {line[1]: (float(line[2]), float(line[3])) for line in lines if line[0] == "step"}
    assert set(steps) == {"image", "scratch", "hub", "joint"}
    for apart, moved in steps.values():
        assert apart < 2e-5
        assert moved > 1e-3


def test_photos_and_heads_need_no_tensorflow_on_jax(tmp_path):
    pytest.importorskip("jax", reason="JAX is not installed")
    lines = run("without_tensorflow.py", tmp_path / "saved", KERAS_BACKEND="jax")
    moved, refused = (line for line in lines if line[0] in ("moved", "refused"))
    assert float(moved[1]) > 1e-4
    assert float(moved[3]) == 0
    assert "KERAS_BACKEND=tensorflow" in " ".join(refused)
    heads = {line[1]: (float(line[2]), float(line[3])) for line in lines if line[0] == "head"}
    assert len(heads) == 6
    assert all(moved > 1e-4 for moved, _ in heads.values())
    assert [head for head, (_, t) in heads.items() if t != 0] == ["curricular"]
