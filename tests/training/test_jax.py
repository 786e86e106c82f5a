"""What a run learns on JAX, on one device and on two, is what it learns on TensorFlow."""

import json
import os
import pathlib
import subprocess
import sys
from signal import SIGTERM

import numpy as np
import pytest

from shopee_tf.training.checkpoints import fingerprint, read_latest
from tests.tiny_catalog import build_tiny_records

ROOT = pathlib.Path(__file__).resolve().parents[2]

pytest.importorskip("jax", reason="JAX is not installed")


def run(*arguments, backend="jax", devices=1):
    environment = os.environ | {
        "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def learnt(**where):
    done = run("tests.training.jax_program", **where)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def on_tensorflow():
    return learnt(backend="tensorflow")


@pytest.mark.parametrize("devices", [1, 2])
def test_the_steps_are_those_of_tensorflow(devices, on_tensorflow):
    on_jax = learnt(devices=devices)
    assert (on_jax["devices"], len(on_jax["names"])) == (devices, devices)
    assert on_jax["rows"] == on_tensorflow["rows"]
    np.testing.assert_allclose(on_jax["losses"], on_tensorflow["losses"], rtol=1e-5)
    np.testing.assert_allclose(on_jax["weights"], on_tensorflow["weights"], rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def photo_run(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "image"
    flags = [
        f"--data={data}", f"--workdir={folder}", "--fold=0", "--backbone=tiny", "--weights=none",
        "--image_size=32", "--epochs=2", "--batch_size=8", "--mix=mixup", "--ema_decay=0.9",
        "--margin_warmup_epochs=1",
    ]  # fmt: skip
    return folder, flags, run("trainers.image", *flags, devices=2)


def test_photos_train_on_two_devices(photo_run):
    folder, _, done = photo_run
    assert done.returncode == 0, done.stderr[-2000:]
    assert "on 2 devices" in done.stderr
    assert len(json.loads((folder / "env.json").read_text())["devices"]) == 2
    assert json.loads((folder / "run.json").read_text())["finished"]


def test_a_run_goes_on_to_the_same_weights(photo_run, data, tmp_path):
    folder, flags, _ = photo_run
    flags = [f"--workdir={tmp_path / 'again'}" if "workdir" in flag else flag for flag in flags]
    program = ["tests.trainers.interrupted_program", "trainers.image", "2", str(int(SIGTERM))]
    assert run(*program, *flags, devices=2).returncode == 143
    assert "going on after step 2" in run("trainers.image", *flags, devices=2).stderr
    resumed, whole = (
        read_latest(path / "checkpoints").arrays for path in (tmp_path / "again", folder)
    )
    assert fingerprint(resumed) == fingerprint(whole)


@pytest.mark.parametrize(
    ("trainer", "flags"),
    [
        ("autoencoder", ["--latent_dim=8", "--fold=0"]),
        ("classifier", ["--num_classes=3"]),
    ],
)
def test_photos_train_without_a_head(trainer, flags, data, tmp_path):
    common = ["--image_size=32", "--epochs=1", "--batch_size=32"]
    done = run(f"trainers.{trainer}", f"--data={data}", f"--workdir={tmp_path}", *common, *flags)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads((tmp_path / "run.json").read_text())["finished"]


def test_titles_train_with_a_head_that_compares_rows(data, tmp_path):
    flags = ["--epochs=1", "--batch_size=8", "--max_length=16", "--head=supcon", "--fold=0"]
    done = run("trainers.text", f"--data={data}", f"--workdir={tmp_path / 'run'}", *flags)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.faults
def test_another_strategy_is_refused(data, tmp_path):
    done = run("trainers.text", f"--data={data}", f"--workdir={tmp_path}", "--strategy=mirrored")
    assert done.returncode != 0
    assert "KERAS_BACKEND=jax trains on all devices that JAX sees" in done.stderr
