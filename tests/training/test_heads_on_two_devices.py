"""With every head two devices take the steps that one takes: t, and pairs, span the devices."""

import json
import pathlib
import subprocess
import sys

import pytest

from shopee_tf.training.config_checks import HEADS

ROOT = pathlib.Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def found():
    result = subprocess.run(
        [sys.executable, "-m", "tests.training.heads_on_two_devices"],
        capture_output=True, text=True, cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize("head", [*HEADS, "arcface, mixed", "softmax, mixed"])
def test_two_devices_equal_one(found, head):
    moved, weights, losses = found[head]
    assert moved > 1e-2
    assert weights < 1e-5
    assert losses < 1e-5
