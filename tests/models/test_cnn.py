"""The small network of the classifier."""

import numpy as np

from shopee_tf.models.cnn import cnn


def test_its_last_convolution_is_a_dense_layer_over_the_flattened_map():
    model = cnn(32, "none")
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    x = np.array(model.get_layer("pixels")(pixels))
    for number in (1, 2, 3):
        x = model.get_layer(f"block{number}_pool")(model.get_layer(f"block{number}_conv")(x))
    kernel, bias = model.get_layer("dense").get_weights()
    expected = np.array(x).reshape(2, -1) @ kernel.reshape(-1, 128) + bias
    found = np.array(model(pixels)).reshape(2, 128)
    np.testing.assert_allclose(found, np.maximum(expected, 0), atol=1e-5)


def test_three_convolutions_each_halving_the_photo():
    model = cnn(96, "none")
    assert [model.get_layer(f"block{n}_pool").output.shape[1] for n in (1, 2, 3)] == [48, 24, 12]
    assert model.count_params() == 1_203_360
