"""Two workers take the same steps, each on its half of every global batch."""

import json
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent


def free_port():
    """A port such that the next one is free too."""
    for _ in range(20):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    pytest.skip("no two free ports")


@pytest.fixture(scope="module")
def workers():
    program = [sys.executable, "-m", "tests.training.two_workers_program"]
    port = str(free_port())
    started = [
        subprocess.Popen(
            [*program, str(i), port], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=ROOT,
        )
        for i in range(2)
    ]  # fmt: skip
    try:
        printed = [worker.communicate(timeout=120)[0] for worker in started]
    finally:
        for worker in started:
            worker.kill()
    return [json.loads(text.splitlines()[-1]) for text in printed]


def test_only_the_first_writes(workers):
    assert [worker["chief"] for worker in workers] == [True, False]


def test_both_learn_the_same(workers):
    first, second = workers
    np.testing.assert_allclose(first["losses"], second["losses"], rtol=1e-6)
    np.testing.assert_allclose(first["weights"], second["weights"], rtol=1e-6)


def test_each_takes_half_of_every_global_batch(workers):
    halves = [np.reshape(worker["rows"], (3, 4)) for worker in workers]
    np.testing.assert_array_equal(np.hstack(halves), np.arange(24).reshape(3, 8))
