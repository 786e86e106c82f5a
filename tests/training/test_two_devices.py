"""Two devices take the step that one would have taken."""

import json
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
INITIAL_SCALE = 32768.0


@pytest.fixture(scope="module")
def found():
    result = subprocess.run(
        [sys.executable, "-m", "tests.training.two_devices_program"],
        capture_output=True, text=True, cwd=HERE.parent.parent, timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout.splitlines()[-1])


def test_one_strategy_object_a_process(found):
    assert found["devices"] == 2
    assert found["same_object"]


@pytest.mark.parametrize("clip", ["unclipped", "clipped"])
def test_two_devices_equal_one(found, clip):
    weights, losses = found[clip]
    assert weights < 1e-5
    assert losses < 1e-5


@pytest.mark.parametrize("device", ["first", "second"])
def test_an_overflow_on_one_device_skips_the_step_on_all(found, device):
    moved, finite, scale = found[f"overflow_on_{device}"]
    assert moved == 0
    assert finite
    assert scale == INITIAL_SCALE / 2


def test_without_overflow_float16_moves_the_weights(found):
    moved, finite, scale = found["no_overflow"]
    assert moved > 1e-3
    assert finite
    assert scale == INITIAL_SCALE


def test_prediction_is_spread_and_keeps_its_rows(found):
    shape, difference = found["prediction"]
    assert shape == [3, 4]
    assert difference < 1e-5
