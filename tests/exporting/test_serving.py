"""Encoders of every source as modules that can be saved."""

import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.data.catalog import read_catalog
from shopee_tf.encoding import embed_catalog
from shopee_tf.exporting.formats import write_saved_model
from shopee_tf.exporting.serving import serve
from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder
from shopee_tf.models.joint_encoder import JointEncoderConfig, build_joint_encoder
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder
from tests.models.tiny_hub import make_encoder, make_preprocessor
from tfrecords.errors import UsageError

TITLES = ["Red shoe", "blue blue red shirt", "phone case 7 of 9"]


def check(encoder, folder):
    write_saved_model(serve(encoder), folder)
    found = tf.saved_model.load(str(folder / "1")).signatures["serving_default"](
        title=tf.constant([*TITLES, ""])
    )
    expected = encoder.model(encoder.tokenize(TITLES))
    np.testing.assert_allclose(found["embedding"][:3], expected, atol=1e-4)
    assert found["valid"].numpy().tolist() == [True, True, True, False]


@pytest.mark.parametrize("length", [None, 12])
def test_a_hub_encoder_and_its_tables_are_saved(length, tmp_path):
    config = TitleEncoderConfig(
        "hub",
        make_encoder(tmp_path / "encoder", length=length),
        make_preprocessor(tmp_path / "preprocessor"),
        max_length=12,
    )
    check(build_title_encoder(config), tmp_path)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_preset_is_saved(tmp_path):
    keras_hub = pytest.importorskip("keras_hub", reason="KerasHub is not installed")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "shoe", "shirt"]
    preset = str(tmp_path / "preset")
    keras_hub.models.BertBackbone(
        vocabulary_size=len(words), num_layers=1, num_heads=2, hidden_dim=8,
        intermediate_dim=16, max_sequence_length=12,
    ).save_to_preset(preset)  # fmt: skip
    keras_hub.models.BertTokenizer(words, lowercase=True).save_to_preset(preset)
    check(build_title_encoder(TitleEncoderConfig("keras_hub", preset, max_length=6)), tmp_path)


def test_an_encoder_that_normalises_titles_in_python_is_refused():
    config = TitleEncoderConfig("scratch", max_length=8, title_steps=("stem", "units"))
    with pytest.raises(UsageError, match="^--title_steps=stem,units: this encoder normalises"):
        serve(build_title_encoder(config, titles=TITLES))


def test_a_joint_encoder_is_refused():
    photos = ImageEncoderConfig("tiny", image_size=32, weights="none")
    titles = TitleEncoderConfig("scratch", max_length=8, hidden_dim=6, num_layers=1)
    encoder = build_joint_encoder(JointEncoderConfig(photos, titles), titles=TITLES)
    with pytest.raises(UsageError, match="^a joint encoder .* cannot be exported; export those"):
        serve(encoder)


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["grocery", "sop_furniture"])
def test_real_photos_have_the_embeddings_of_the_library(shared_data, folder):
    """With a pretrained network, whose embeddings follow the photos' content."""
    weights = shared_data.parent / "weights/keras/mobilenet_v2_0.35_224_notop_imagenet.weights.h5"
    if not weights.exists():
        pytest.skip(f"no pretrained weights at {weights}")
    config = ImageEncoderConfig(
        "mobilenet_v2", image_size=96, weights=str(weights), stored_size=160
    )
    encoder = build_image_encoder(config)
    catalog = read_catalog(shared_data / folder / "train.csv", limit_rows=40)
    images = shared_data / folder / "train_images"
    expected = embed_catalog(encoder, catalog, images=images)
    photos = [(images / catalog.images[row]).read_bytes() for row in expected.rows]
    found = serve(encoder).serving_default(tf.constant(photos))
    assert len(photos) == 40 and found["valid"].numpy().all()
    assert cosines(found["embedding"].numpy(), expected.vectors).min() > 0.9999


def cosines(a, b):
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(axis=1) / lengths
