"""A run that is interrupted and one that is not end in the same weights, to the last bit."""

import pathlib
import signal
import subprocess
import sys

import pytest

from shopee_tf.training.checkpoints import fingerprint, list_checkpoints, read_latest
from tests.tiny_catalog import build_tiny_records
from trainers import image, text

ROOT = pathlib.Path(__file__).parent.parent.parent
SHARED = ["--epochs=3", "--batch_size=8", "--fold=0", "--save_every=2", "--strategy=cpu"]
FLAGS = {
    image: ["--backbone=tiny", "--weights=none", "--image_size=32", "--dropout=0.3"],
    text: ["--hidden_dim=16", "--max_length=12", "--dropout=0.3", "--vocabulary_size=200"],
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"))


def flags(trainer, data, workdir):
    return [f"--data={data}", f"--workdir={workdir}", *SHARED, *FLAGS[trainer]]


def interrupt(trainer, data, workdir, *, step, number):
    """Starts the trainer in a process that gets a signal after `step`; returns its exit code."""
    program = [sys.executable, "-m", "tests.trainers.interrupted_program", trainer.__name__]
    return subprocess.run(
        [*program, str(step), str(int(number)), *flags(trainer, data, workdir)],
        capture_output=True, cwd=ROOT, timeout=120,
    ).returncode  # fmt: skip


@pytest.fixture(scope="module", params=[image, text], ids=["image", "text"])
def uninterrupted(request, data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("whole")
    request.param.main(flags(request.param, data, workdir))
    return request.param, read_latest(workdir / "checkpoints"), workdir


@pytest.mark.parametrize(
    ("number", "exit_code", "kept"),
    [(signal.SIGKILL, -signal.SIGKILL, 6), (signal.SIGTERM, 143, 7)],
    ids=["kill", "term"],
)
def test_resumed_equals_uninterrupted(uninterrupted, data, tmp_path, number, exit_code, kept):
    trainer, whole, folder = uninterrupted
    assert interrupt(trainer, data, tmp_path, step=7, number=number) == exit_code
    (latest, *_) = reversed(list_checkpoints(tmp_path / "checkpoints"))
    assert latest.name == f"step-{kept:08d}"
    trainer.main(flags(trainer, data, tmp_path))
    resumed = read_latest(tmp_path / "checkpoints")
    assert fingerprint(resumed.arrays) == fingerprint(whole.arrays)
    assert resumed.meta["position"] == whole.meta["position"]
    assert len((tmp_path / "metrics.jsonl").read_text().splitlines()) == 3


def test_another_seed_ends_elsewhere(uninterrupted, data, tmp_path):
    trainer, whole, _ = uninterrupted
    trainer.main([*flags(trainer, data, tmp_path), "--seed=1"])
    assert fingerprint(read_latest(tmp_path / "checkpoints").arrays) != fingerprint(whole.arrays)
