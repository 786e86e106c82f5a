"""Tiny runs of both trainers, exported once."""

import pathlib

import pytest

from shopee_tf import export
from shopee_tf.models.configs import ImageEncoderConfig, TitleEncoderConfig
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import build_tiny_records
from trainers import image, text

CONFIG = TrainingConfig(fold=0, epochs=1, batch_size=8, warmup_epochs=0)
PHOTOS = ImageEncoderConfig("tiny", image_size=32, embedding_dim=16, pooling="gem", weights="none")
TITLES = TitleEncoderConfig("scratch", max_length=12, hidden_dim=16, num_layers=1)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> pathlib.Path:
    """A folder with train_images/, records/ and the runs image/ and text/. Not to be changed."""
    folder = tmp_path_factory.mktemp("tiny")
    data = build_tiny_records(folder, num_products=10, image_size=34)
    image.train(data, folder / "image", encoder=PHOTOS, config=CONFIG)
    text.train(data, folder / "text", encoder=TITLES, config=CONFIG)
    return folder


@pytest.fixture(scope="session")
def exported(tiny, tmp_path_factory):
    """Returns the folder of a run exported in a format, each written once."""
    folder, done = tmp_path_factory.mktemp("exported"), {}

    def find(run: str, format: str = "saved_model") -> pathlib.Path:
        path = folder / f"{run}_{format}"
        if not done.get(path):
            export.main([f"--run={tiny / run}", f"--output={path}", f"--format={format}"])
            done[path] = True
        return path

    return find
