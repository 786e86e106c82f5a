"""The title trainer from records to a run folder."""

import json

import pytest

from shopee_tf import options
from shopee_tf.encoding import embed_records
from shopee_tf.models.configs import TitleEncoderConfig
from shopee_tf.models.saving import load_encoder
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import build_tiny_records
from trainers import text

TINY = TitleEncoderConfig(
    "scratch", max_length=12, hidden_dim=16, num_layers=1, vocabulary_size=200
)
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
