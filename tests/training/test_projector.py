"""Files of TensorBoard's embedding projector, read back as its plugin reads them."""

import numpy as np
import pandas as pd
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector import ProjectorConfig

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.training import projector

SIDE = projector.SIDE
CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": [f"p{row}" for row in range(8)],
            "title": ["tas\tkulit\nbaru", *(f"sepatu {row}" for row in range(1, 8))],
            "label_group": ["1", "1", "2", "2", "3", "3", "4", "4"],
        }
    )
)
ROWS = np.array([0, 1, 2, 3, 6, 7], np.int32)
EMBEDDINGS = Embeddings(ROWS, np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32))


def photos(rows, *, side):
    return np.asarray(rows, np.uint8)[:, None, None, None] * np.full((side, side, 3), 30, np.uint8)


@pytest.fixture
def folder(tmp_path):
    projector.write_projector(tmp_path, EMBEDDINGS, CATALOG, read=photos)
    return tmp_path


def metadata(folder):
    lines = (folder / projector.METADATA).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines]


def test_the_config_names_files_that_are_there(folder):
    text = (folder / projector.CONFIG).read_text()
    (found,) = text_format.Parse(text, ProjectorConfig()).embeddings
    for name in (found.tensor_path, found.metadata_path, found.sprite.image_path):
        assert (folder / name).is_file()
    assert list(found.sprite.single_image_dim) == [SIDE, SIDE]


def test_vectors_and_metadata_agree_line_by_line(folder):
    vectors = np.loadtxt(folder / projector.VECTORS, delimiter="\t")
    np.testing.assert_allclose(vectors, EMBEDDINGS.vectors, rtol=1e-3)
    header, *lines = metadata(folder)
    assert header == ["posting_id", "title", "label_group"]
    assert [line[0] for line in lines] == [f"p{row}" for row in ROWS]


def test_a_title_keeps_to_its_line_and_column(folder):
    assert metadata(folder)[1] == ["p0", "tas kulit baru", "1"]


def test_the_sprite_is_a_square_of_photos_in_the_same_order(folder):
    sprite = np.asarray(Image.open(folder / projector.SPRITE)).astype(float)
    assert sprite.shape == (3 * SIDE, 3 * SIDE, 3)
    middles = sprite[SIDE // 2 :: SIDE, SIDE // 2 :: SIDE].mean(axis=2).ravel()
    np.testing.assert_allclose(middles[:6], 30 * ROWS, atol=4)
    np.testing.assert_allclose(middles[6:], 255, atol=4)


def test_whole_products_are_drawn_of_too_many(tmp_path):
    projector.write_projector(tmp_path, EMBEDDINGS, CATALOG, limit=4)
    groups = [line[2] for line in metadata(tmp_path)[1:]]
    assert len(groups) == 4
    assert all(groups.count(group) == 2 for group in groups)
    assert len(np.loadtxt(tmp_path / projector.VECTORS, delimiter="\t")) == 4


def test_titles_alone_have_no_sprite(tmp_path):
    projector.write_projector(tmp_path, EMBEDDINGS, CATALOG)
    assert not (tmp_path / projector.SPRITE).exists()
    assert "sprite" not in (tmp_path / projector.CONFIG).read_text()
