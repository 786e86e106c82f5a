"""The title trainer from records to a run folder."""

import dataclasses
import json

import numpy as np
import pytest

from shopee_tf import options
from shopee_tf.encoding import embed_records
from shopee_tf.models.configs import TitleEncoderConfig
from shopee_tf.models.saving import load_encoder
from shopee_tf.training import divergence
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.session import Session
from tests.tiny_catalog import build_tiny_records
from tfrecords.errors import DataError
from trainers import text

TINY = TitleEncoderConfig(
    "scratch", max_length=12, hidden_dim=16, num_layers=1, vocabulary_size=200,
    title_steps=("units", "punctuation"),
)  # fmt: skip
FAST = TrainingConfig(fold=1, epochs=2, batch_size=8, cache="memory", learning_rate=3e-3)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("runs") / "text"
    return text.train(data, workdir, encoder=TINY, config=FAST), workdir


def test_leaves_an_encoder_of_titles(trained, data):
    result, workdir = trained
    assert 0 < result.f1 <= 1
    vectors = embed_records(load_encoder(workdir / "encoder"), data).vectors
    assert vectors.shape == (60, 16)
    assert json.loads((workdir / "run.json").read_text())["kind"] == "title"


def test_flags_txt_is_the_run(trained):
    _, workdir = trained
    values = options.parse(text.define_flags, [f"--flagfile={workdir / 'flags.txt'}"])
    assert text.check_flags(values) == (FAST, TINY)


@pytest.mark.parametrize(
    ("flag", "source", "encoder"),
    [
        ("scratch", "scratch", ""),
        ("keras_hub:bert_tiny_en_uncased", "keras_hub", "bert_tiny_en_uncased"),
        ("models/minilm", "hub", "models/minilm"),
    ],
)
def test_encoder_names_its_source(flag, source, encoder):
    argv = ["--data=d", "--workdir=w", f"--encoder={flag}", "--preprocessor=p"]
    _, config = text.check_flags(options.parse(text.define_flags, argv))
    assert (config.source, config.encoder) == (source, encoder)


# Each with another seed's weights would differ too: so all have the seed of FAST.
RECIPES = {
    "rising margin": {"margin_start": 0.1, "margin_warmup_epochs": 1.0},
    "class margins": {"class_margin_exponent": -0.2},
    "layer rates": {"layer_lr_decay": 0.5},
    "average": {"ema_decay": 0.9},
    "fewer postings": {"train_postings": 20},
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_part_of_the_recipe_changes_what_is_learnt(trained, data, tmp_path, recipe):
    config = dataclasses.replace(FAST, **RECIPES[recipe])
    text.train(data, tmp_path / "run", encoder=TINY, config=config)
    found, plain = (
        embed_records(load_encoder(folder / "encoder"), data).vectors
        for folder in (tmp_path / "run", trained[1])
    )
    assert np.abs(found - plain).max() > 1e-5


def test_a_margin_rises_while_training(data, tmp_path):
    config = dataclasses.replace(FAST, margin=0.5, margin_start=0.1, margin_warmup_epochs=1.0)
    margins = []
    before = Session.before_step

    def spy(session, step):
        before(session, step)
        margins.append(float(session.network.head.margin[0]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "before_step", spy)
        text.train(data, tmp_path / "run", encoder=TINY, config=config)
    half = len(margins) // 2
    np.testing.assert_allclose(margins[:half], np.linspace(0.1, 0.5, half + 1)[:-1], rtol=1e-5)
    np.testing.assert_allclose(margins[half:], 0.5)


def test_a_neck_gives_components_of_mean_0_and_variance_1(data, tmp_path):
    neck = dataclasses.replace(TINY, neck="batch_norm")
    text.train(data, tmp_path / "run", encoder=neck, config=FAST)
    encoder = load_encoder(tmp_path / "run/encoder")
    assert encoder.config.neck == "batch_norm"
    vectors = embed_records(encoder, data).vectors
    assert np.abs(vectors.mean(axis=0)).max() < 1.0
    assert 0.3 < vectors.std(axis=0).mean() < 3.0


@pytest.mark.faults
def test_divergence_is_one_line_that_says_what_to_do(data, tmp_path, monkeypatch):
    monkeypatch.setattr(divergence, "WINDOW", 4)
    config = dataclasses.replace(
        FAST, learning_rate=100.0, clip_norm=0.0, warmup_epochs=0.0, divergence_factor=1.0
    )
    with pytest.raises(DataError, match="training diverged.*--margin_warmup_epochs"):
        text.train(data, tmp_path / "run", encoder=TINY, config=config)
