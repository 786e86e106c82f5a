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


@pytest.mark.parametrize(
    ("trainer", "number", "exit_code", "kept"),
    [(image, signal.SIGKILL, -signal.SIGKILL, 6), (text, signal.SIGTERM, 143, 7)],
    ids=["image-kill", "text-term"],
)
def test_resumed_equals_uninterrupted(data, tmp_path, trainer, number, exit_code, kept):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert interrupt(trainer, data, broken, step=7, number=number) == exit_code
    assert list_checkpoints(broken / "checkpoints")[-1].name == f"step-{kept:08d}"
    trainer.main(flags(trainer, data, broken))
    trainer.main(flags(trainer, data, whole))
    resumed, expected = (read_latest(folder / "checkpoints") for folder in (broken, whole))
    assert fingerprint(resumed.arrays) == fingerprint(expected.arrays)
    assert resumed.meta["position"] == expected.meta["position"]
    assert len((broken / "metrics.jsonl").read_text().splitlines()) == 3


def test_another_seed_ends_elsewhere(data, tmp_path):
    """So that the fingerprints above could have differed."""
    for seed in ("0", "1"):
        image.main([*flags(image, data, tmp_path / seed), f"--seed={seed}", "--epochs=1"])
    first, second = (read_latest(tmp_path / seed / "checkpoints") for seed in ("0", "1"))
    assert fingerprint(first.arrays) != fingerprint(second.arrays)
