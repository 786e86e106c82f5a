import os
import random
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from shopee_tf.training import checkpoints
from tfrecords.errors import IntegrityError


def two_variables(value=0.0):
    return [keras.Variable(np.full(3, value, np.float32)), keras.Variable(np.int64(value))]


def save(folder, step):
    return checkpoints.save_checkpoint(folder, two_variables(step), step=step, meta={"step": step})


def flip_a_byte(path, position=None):
    data = bytearray(path.read_bytes())
    position = len(data) // 2 if position is None else position
    data[position] ^= 1 << random.Random(position).randrange(8)
    path.write_bytes(data)


def test_restores_every_variable(tmp_path):
    save(tmp_path, 7)
    found = checkpoints.read_latest(tmp_path)
    variables = two_variables()
    checkpoints.restore(variables, found.arrays)
    np.testing.assert_array_equal(variables[0].numpy(), [7, 7, 7])
    assert int(variables[1].numpy()) == 7
    assert found.meta == {"step": 7}


def test_keeps_the_last_two(tmp_path):
    for step in (1, 2, 3, 10):
        save(tmp_path, step)
    assert [path.name for path in checkpoints.list_checkpoints(tmp_path)] == [
        "step-00000003",
        "step-00000010",
    ]
    assert sorted(os.listdir(tmp_path)) == ["step-00000003", "step-00000010"]


def test_nothing_there_is_no_checkpoint(tmp_path):
    assert checkpoints.read_latest(tmp_path / "none") is None


def test_a_damaged_one_falls_back_and_says_so(tmp_path, caplog):
    save(tmp_path, 1)
    flip_a_byte(save(tmp_path, 2) / "state.npz")
    assert checkpoints.read_latest(tmp_path).meta == {"step": 1}
    assert "step-00000002: damaged" in caplog.text


def test_all_damaged_is_an_error(tmp_path):
    flip_a_byte(save(tmp_path, 1) / "state.npz")
    (save(tmp_path, 2) / "meta.json").unlink()
    with pytest.raises(IntegrityError, match="no whole checkpoint"):
        checkpoints.read_latest(tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("name", ["state.npz", "meta.json", "sha256sums.txt"])
def test_every_flipped_byte_is_found(tmp_path, name):
    path = save(tmp_path, 1)
    whole = (path / name).read_bytes()
    for position in random.Random(0).choices(range(len(whole)), k=60):
        flip_a_byte(path / name, position)
        with pytest.raises(IntegrityError, match="damaged"):
            checkpoints.read_checkpoint(path)
        (path / name).write_bytes(whole)
    assert checkpoints.read_checkpoint(path).meta == {"step": 1}


def test_another_model_is_refused(tmp_path):
    save(tmp_path, 1)
    arrays = checkpoints.read_latest(tmp_path).arrays
    wider = [keras.Variable(np.zeros(4, np.float32)), keras.Variable(np.int64(0))]
    with pytest.raises(IntegrityError, match=r"holds \[3\] .* the model \[4\]"):
        checkpoints.restore(wider, arrays)
    with pytest.raises(IntegrityError, match="holds 2 variables, the model 1"):
        checkpoints.restore(wider[:1], arrays)


def test_leftovers_of_an_interrupted_write_are_swept(tmp_path):
    save(tmp_path, 1)
    for name in ("step-00000002.incomplete-99", "step-00000000.old"):
        (tmp_path / name).mkdir()
    checkpoints.remove_leftovers(tmp_path)
    assert os.listdir(tmp_path) == ["step-00000001"]


_KILLED_WHILE_SAVING = """
import os, signal, sys
import numpy as np
os.environ["KERAS_BACKEND"] = "jax"  # loads faster than TensorFlow; the files are the same
import keras
from shopee_tf.training import checkpoints

def save(step):
    variable = keras.Variable(np.full(1000, step, np.float32))
    checkpoints.save_checkpoint(sys.argv[1], [variable], step=step, meta={"step": step})

save(1), save(2)
for call in (1, 2, 3, 4, 5):
    child = os.fork()
    if not child:
        calls, replace = iter(range(1, 99)), os.replace
        def replace_or_die(*paths):
            if next(calls) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return replace(*paths)
        os.replace = replace_or_die
        save(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    found = checkpoints.read_latest(sys.argv[1])
    steps = {int(found.arrays[0][0]), found.meta["step"]}
    print(call, os.WIFSIGNALED(status), *steps)
"""


@pytest.mark.faults
def test_killed_at_any_rename_there_is_a_whole_checkpoint(tmp_path):
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED_WHILE_SAVING, str(tmp_path)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    lines = [line.split() for line in result.stdout.splitlines()]
    assert sum(killed == "True" for _, killed, *_ in lines) >= 4
    assert all(len(steps) == 1 and steps[0] in ("2", "3") for _, _, *steps in lines), lines
    assert signal.SIGKILL  # the program sends it
