"""TensorFlow's share of a GPU, on stand-ins for GPUs."""

import types

import pytest
import tensorflow as tf

from shopee_tf import calibrate, compare_backbones, embed, evaluate, gpu_memory, match, options
from shopee_tf.gpu_memory import limit_gpu_memory
from shopee_tf.training import train
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import write_tiny_catalog
from tfrecords.errors import UsageError
from trainers import autoencoder, classifier, image, joint, text


@pytest.fixture
def limits(monkeypatch):
    """Two GPUs; GPU -> the MiB of each of its logical devices."""
    found = {}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"{kind}:0", f"{kind}:1"])
    monkeypatch.setattr(
        tf.config,
        "set_logical_device_configuration",
        lambda gpu, parts: found.update({gpu: [part.memory_limit for part in parts]}),
    )
    return found


@pytest.mark.parametrize("gigabytes, mebibytes", [(8, 8192), (0.5, 512)])
def test_each_gpu_has_one_part_of_that_size(limits, gigabytes, mebibytes):
    limit_gpu_memory(gigabytes)
    assert limits == {"GPU:0": [mebibytes], "GPU:1": [mebibytes]}


def test_without_a_limit_tensorflow_is_left_as_it_is(limits):
    limit_gpu_memory(None)
    assert limits == {}


def test_without_a_gpu_a_line_says_that_it_has_no_effect(monkeypatch, caplog):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    limit_gpu_memory(8)
    assert caplog.messages == ["--gpu_memory_gb=8 has no effect: TensorFlow sees no GPU here"]


@pytest.mark.parametrize("error", [RuntimeError("in use\nand more"), ValueError("in use")])
def test_once_the_gpu_is_in_use_it_is_refused(limits, monkeypatch, error):
    def refuse(gpu, parts):
        raise error

    monkeypatch.setattr(tf.config, "set_logical_device_configuration", refuse)
    with pytest.raises(UsageError, match=r"^--gpu_memory_gb=8: too late \(in use\); give it to"):
        limit_gpu_memory(8)


def test_on_jax_it_would_limit_nothing_that_computes(limits, monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    with pytest.raises(UsageError, match="XLA_PYTHON_CLIENT_MEM_FRACTION"):
        limit_gpu_memory(8)
    assert limits == {}


TRAINING = ["--data=d", "--workdir=w"]
REQUIRED = {
    embed: ["--run=r", "--data=d"], evaluate: ["--csv=c"], match: ["--csv=c", "--matcher=m"],
    calibrate: ["--csv=c", "--systems=phash", "--matcher=m"],
    compare_backbones: ["--data=d", "--backbones=tiny", "--weights=none"],
    image: TRAINING, text: TRAINING, joint: [*TRAINING, "--encoder=scratch"],
    autoencoder: TRAINING, classifier: TRAINING,
}  # fmt: skip


@pytest.mark.parametrize("command", REQUIRED, ids=lambda command: command.__name__)
def test_every_command_that_encodes_has_the_flag(command):
    def parse(*more):
        return options.parse(command.define_flags, [*REQUIRED[command], *more])

    assert parse().gpu_memory_gb is None
    assert parse("--gpu_memory_gb=2.5").gpu_memory_gb == 2.5
    with pytest.raises(UsageError, match="gpu_memory_gb"):
        parse("--gpu_memory_gb=0")


@pytest.mark.parametrize("gigabytes", [0, -1, float("inf")])
def test_a_training_with_no_memory_is_refused(gigabytes):
    with pytest.raises(UsageError, match="--gpu_memory_gb"):
        TrainingConfig(gpu_memory_gb=gigabytes)


class Limited(Exception):
    """Raised where the limit would be set: what comes after is not of interest."""


@pytest.mark.parametrize("command", REQUIRED, ids=lambda command: command.__name__)
def test_every_command_sets_the_limit(command, tmp_path, monkeypatch):
    def stop(gigabytes):
        raise Limited(gigabytes)

    monkeypatch.setattr(gpu_memory, "limit_gpu_memory", stop)
    monkeypatch.setattr(train, "limit_gpu_memory", stop)
    manifest = types.SimpleNamespace(image_size=64)
    monkeypatch.setattr("tfrecords.manifest.load_manifest", lambda folder: manifest)
    matcher = types.SimpleNamespace(decision=None)
    monkeypatch.setattr("shopee_tf.matcher.load_matcher", lambda folder: matcher)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r").mkdir()
    write_tiny_catalog(tmp_path, num_products=10, num_photos=2, size=8).rename("c")
    argv = [*REQUIRED[command], "--systems=phash"] if command is evaluate else REQUIRED[command]
    with pytest.raises(Limited, match="3.5"):
        command.run(options.parse(command.define_flags, [*argv, "--gpu_memory_gb=3.5"]))
