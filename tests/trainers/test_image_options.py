"""What the photo trainer can be told of augmentation, mixing, sampling and convergence."""

import json

import numpy as np
import pytest

from shopee_tf import options
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.training import train as training
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.session import Session
from tests.tiny_catalog import build_tiny_records
from tests.trainers.crash import assert_goes_on_exactly
from tfrecords.errors import UsageError
from trainers import image

TINY = ImageEncoderConfig("tiny", image_size=32, weights="none")
FAST = {"batch_size": 8, "epochs": 1, "warmup_epochs": 0, "limit_rows": 48, "strategy": "cpu"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"), image_size=32)


@pytest.mark.parametrize(
    ("augment", "settings"),
    [
        (AugmentConfig("crop,flip,rand_augment", mix="cutmix"), {"sampling": "class_weighted"}),
        (AugmentConfig("gray,flip,vertical_flip", mix="mixup"), {"head": "softmax"}),
    ],
    ids=["cutmix", "mixup"],
)
def test_a_run_that_crashed_goes_on_exactly(data, tmp_path, monkeypatch, augment, settings):
    config = TrainingConfig(**FAST, **settings, save_every=2)

    def train(workdir):
        image.train(data, workdir, encoder=TINY, config=config, augment=augment)

    assert_goes_on_exactly(train, tmp_path, monkeypatch)


def test_what_makes_arcface_converge_reaches_the_run(data, tmp_path, monkeypatch):
    """All of it at once, with a refit on all rows, which keeps the last epoch."""
    sessions = []

    class Spied(Session):
        def make_step(self):
            sessions.append(self)
            return super().make_step()

    monkeypatch.setattr(training, "Session", Spied)
    config = TrainingConfig(
        **{**FAST, "epochs": 2, "limit_rows": 47}, margin=1.0, margin_start=0.2,
        margin_warmup_epochs=1, class_margin_exponent=-0.1, head_lr_multiplier=20.0,
        ema_decay=0.9, clip_norm=0.5, label_smoothing=0.1, divergence_factor=0.0,
    )  # fmt: skip
    encoder = ImageEncoderConfig("tiny", image_size=32, weights="none", pooling="gem")
    result = image.train(data, tmp_path / "run", encoder=encoder, config=config)
    (session,) = sessions
    # 15 products of three rows and one of two.
    margins = np.array([3.0] * 15 + [2.0]) ** -0.1
    np.testing.assert_allclose(session.network.head.margin.numpy(), margins, rtol=1e-5)
    assert session.network.optimizer.head_lr_multiplier == 20.0
    assert session.network.average is not None
    assert (result.f1, result.epoch, result.steps) == (None, 1, 10)
    assert (tmp_path / "run" / "encoder" / "weights.npz").is_file()
    text = (tmp_path / "run" / "flags.txt").read_text()
    for line in ("--label_smoothing=0.1", "--clip_norm=0.5", "--pooling=gem"):
        assert line in text


def test_flags_txt_keeps_the_augmentation(data, tmp_path):
    augment = AugmentConfig(
        "flip,rand_augment", rand_augment_ops=1, rand_augment_magnitude=5.0, mix="mixup",
        mix_alpha=0.2, mix_probability=0.5,
    )  # fmt: skip
    config = TrainingConfig(**FAST | {"epochs": 0})
    image.train(data, tmp_path, encoder=TINY, config=config, augment=augment)
    values = options.parse(image.define_flags, [f"--flagfile={tmp_path / 'flags.txt'}"])
    assert image.augmentation(values) == augment
    assert json.loads((tmp_path / "run.json").read_text())["finished"]


@pytest.mark.faults
@pytest.mark.parametrize(
    "flags",
    [
        ["--mix=cutmix", "--head=supcon"],
        ["--mix=mixup", "--head=multi_similarity"],
        ["--mix=mixup", "--head=curricular"],
        ["--augment=flip,keras_cv"],
        ["--augment=sepia"],
        ["--mix_alpha=0"],
    ],
)
def test_refused(flags):
    values = options.parse(image.define_flags, ["--data=data", "--workdir=run", *flags])
    with pytest.raises(UsageError, match=f"^{flags[0].split('=')[0]}"):
        image.check_flags(values)
