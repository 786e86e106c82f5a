"""Every head through the title trainer: it trains, is judged, kept, and goes on exactly."""

import dataclasses
import re

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models import arc_margin
from shopee_tf.models.configs import ImageEncoderConfig, TitleEncoderConfig
from shopee_tf.models.metric_losses import supervised_contrastive
from shopee_tf.models.saving import load_encoder
from shopee_tf.training import losses
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import CENTER_HEADS, HEADS, PAIR_HEADS
from tests.tiny_catalog import build_tiny_records
from tests.trainers.crash import assert_goes_on_exactly
from tfrecords.errors import UsageError
from trainers import image, text

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


@pytest.mark.parametrize("head", ["arcface", "supcon"])
def test_photos_train_with_a_head(data, tmp_path, head):
    config = dataclasses.replace(FAST, head=head, cache="none" if head == "supcon" else "memory")
    tiny = ImageEncoderConfig("tiny", image_size=32, weights="none")
    result = image.train(data, tmp_path, encoder=tiny, config=config)
    assert result.steps > 2
    assert 0 < result.f1 <= 1


# All that a run holds besides weights and moments, or draws anew each epoch, at once.
EVERYTHING = {
    "epochs": 2, "ema_decay": 0.9, "margin_start": 0.1, "margin_warmup_epochs": 2,
    "layer_lr_decay": 0.5, "class_margin_exponent": -0.2, "limit_rows": None, "train_postings": 27,
}  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [
        {"head": "curricular"},
        {"head": "supcon"},
        {"head": "supcon", "cache": "memory"},
        {"head": "arcface", **EVERYTHING},
        {"sampling": "class_weighted"},
        {"sampling": "class_weighted", "cache": "memory"},
    ],
)
def test_a_run_that_crashed_goes_on_exactly(data, tmp_path, monkeypatch, settings):
    config = dataclasses.replace(FAST, **{"cache": "none", "save_every": 2, **settings})
    encoder = dataclasses.replace(TINY, neck="batch_norm")

    def train(workdir):
        text.train(data, workdir, encoder=encoder, config=config)

    assert_goes_on_exactly(train, tmp_path, monkeypatch)


@pytest.mark.parametrize("rows_per_class", [2, 4])
def test_rows_per_class_is_what_a_batch_holds(data, tmp_path, monkeypatch, rows_per_class):
    seen = []

    def spy(embeddings, labels, *, temperature):
        seen.append(labels)
        return supervised_contrastive(embeddings, labels, temperature=temperature)

    monkeypatch.setitem(losses.PAIR_LOSSES, "supcon", spy)
    monkeypatch.setattr(tf, "function", lambda function, **options: function)
    config = dataclasses.replace(FAST, head="supcon", rows_per_class=rows_per_class)
    text.train(data, tmp_path, encoder=TINY, config=config)
    assert seen
    for labels in seen:
        assert np.unique(labels, return_counts=True)[1].tolist() == [rows_per_class] * (
            8 // rows_per_class
        )


def test_temperature_reaches_the_loss():
    rows, labels = np.eye(2, dtype="float32")[[0, 0, 1, 1]], np.array([0, 0, 1, 1])
    cold, warm = (
        losses.head_loss(TrainingConfig(head="supcon", temperature=temperature))(labels, rows)
        for temperature in (0.1, 1.0)
    )
    np.testing.assert_allclose(warm, supervised_contrastive(rows, labels, temperature=1.0))
    assert np.abs(cold - warm).max() > 0.1


def test_a_batch_holds_no_more_products_than_there_are(data, tmp_path, caplog):
    config = dataclasses.replace(FAST, head="multi_similarity", batch_size=64)
    with caplog.at_level("WARNING"):
        result = text.train(data, tmp_path, encoder=TINY, config=config)
    products = int(re.search(r"of (\d+) products: batch size", caplog.text)[1])
    assert f"batch size {2 * products}, not 64" in caplog.text
    assert result.steps > 0


def test_the_heads_of_the_flag_are_those_of_the_layer_and_of_the_losses():
    assert set(arc_margin.CENTER_FORMULAS) == set(CENTER_HEADS)
    assert set(losses.PAIR_LOSSES) == set(PAIR_HEADS)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("settings", "flag"),
    [
        ({"head": "triplet"}, "--head=triplet"),
        ({"sub_centers": 0}, "--sub_centers=0"),
        ({"temperature": 0.0}, "--temperature=0.0"),
        ({"head": "cosface", "easy_margin": True}, "--easy_margin=True"),
        ({"head": "cosface", "margin": 1.2}, "--margin=1.2"),
        ({"head": "supcon", "rows_per_class": 1}, "--rows_per_class=1"),
        ({"head": "supcon", "rows_per_class": 3}, "--batch_size=64"),
        ({"head": "supcon", "rows_per_class": 64}, "--batch_size=64: expected two products"),
        ({"head": "cosface", "margin_start": 1.2, "margin_warmup_epochs": 1}, "--margin_start=1.2"),
        ({"margin_start": 0.2}, "--margin_start=0.2: .*--margin_warmup_epochs"),
        ({"head": "supcon", "label_smoothing": 0.1}, "--label_smoothing=0.1"),
        ({"head": "supcon", "sampling": "class_weighted"}, "--sampling=class_weighted"),
        ({"head": "multi_similarity", "margin_warmup_epochs": 1}, "--margin_warmup_epochs=1"),
        ({"head": "normalized_softmax", "class_margin_exponent": -0.2}, "--class_margin_exponent"),
        ({"head": "softmax", "margin_warmup_epochs": 1}, "--margin_warmup_epochs=1"),
    ],
)
def test_refused(settings, flag):
    with pytest.raises(UsageError, match=flag):
        TrainingConfig(**settings)
