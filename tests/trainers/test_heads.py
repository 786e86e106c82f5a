"""Every head through the title trainer: it trains, is judged, kept, and goes on exactly."""

import dataclasses

import numpy as np
import pytest

from shopee_tf.models.arc_margin import ArcMarginProduct
from shopee_tf.models.configs import TitleEncoderConfig
from shopee_tf.models.saving import load_encoder
from shopee_tf.training.config import HEADS, TrainingConfig
from tests.tiny_catalog import build_tiny_records
from tfrecords.errors import UsageError
from trainers import text

TINY = TitleEncoderConfig(
    "scratch", max_length=12, hidden_dim=16, num_layers=1, vocabulary_size=200
)
FAST = TrainingConfig(
    fold=1, epochs=1, batch_size=8, cache="memory", learning_rate=3e-3, warmup_epochs=0,
    limit_rows=50, strategy="cpu",
)  # fmt: skip
TITLES = ["merah sepatu 3", "teh tas 12", "lampu"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"))


def encode(workdir):
    encoder = load_encoder(workdir / "encoder")
    return np.array(encoder.model(encoder.tokenize(TITLES)))


@pytest.mark.parametrize("head", HEADS)
def test_a_head_trains_and_leaves_an_encoder(data, tmp_path, head):
    before = text.train(
        data, tmp_path / "before", encoder=TINY,
        config=dataclasses.replace(FAST, head=head, epochs=0),
    )  # fmt: skip
    after = text.train(
        data, tmp_path / "after", encoder=TINY, config=dataclasses.replace(FAST, head=head)
    )
    assert before.steps == 0 < after.steps
    assert 0 < after.f1 <= 1
    assert np.abs(encode(tmp_path / "after") - encode(tmp_path / "before")).max() > 1e-3


def test_the_heads_of_the_flag_are_those_of_the_layer():
    for head in HEADS:
        assert ArcMarginProduct(3, head=head).head == head


@pytest.mark.faults
@pytest.mark.parametrize(
    ("settings", "flag"),
    [
        ({"head": "softmax"}, "--head=softmax"),
        ({"sub_centers": 0}, "--sub_centers=0"),
        ({"head": "cosface", "easy_margin": True}, "--easy_margin=True"),
    ],
)
def test_refused(settings, flag):
    with pytest.raises(UsageError, match=flag):
        TrainingConfig(**settings)
