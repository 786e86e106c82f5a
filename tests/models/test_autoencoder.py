"""The autoencoder's halves, and what they are trained for."""

import numpy as np
import pytest

from shopee_tf.models.autoencoder import SquaredError, build_autoencoder, build_decoder
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.models.image_encoder import build_image_encoder

CONFIG = ImageEncoderConfig(
    "autoencoder", image_size=32, embedding_dim=8, pooling="flatten", weights="none"
)
PHOTOS = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype("float32")


@pytest.mark.parametrize("size", [32, 64, 160])
def test_the_decoder_gives_photos_of_the_size(size):
    assert build_decoder(8, size).output_shape == (None, size, size, 3)


def test_the_error_is_the_mean_square_of_shares_of_255():
    photos = np.full((2, 4, 4, 3), 255.0, "float32")
    photos[1, :2] = 0.0
    found = SquaredError()((photos, np.full((2, 4, 4, 3), 0.5, "float32")))
    np.testing.assert_allclose(found, [0.25, 0.25])
    np.testing.assert_allclose(SquaredError()((photos, photos / 255)), [0, 0])


def test_training_sees_the_error_of_its_own_reconstruction():
    encoder = build_image_encoder(CONFIG)
    model = build_autoencoder(encoder.model)
    decoded = model.get_layer("decoder")(encoder.model(PHOTOS))
    expected = np.mean((PHOTOS / 255 - np.array(decoded)) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(model((PHOTOS, np.zeros(3, "int32"))), expected, rtol=1e-5)


def test_labels_change_nothing():
    model = build_autoencoder(build_image_encoder(CONFIG).model)
    first, second = (model((PHOTOS, np.full(3, label, "int32"))) for label in (0, 7))
    np.testing.assert_array_equal(first, second)
