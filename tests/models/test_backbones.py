import keras
import numpy as np
import pytest

from shopee_tf.models import backbones, configs
from shopee_tf.models.freezing import freeze, leaf_layers
from tfrecords.errors import ResourceError, UsageError

# Keras's own save_weights asks TensorFlow's variables for arrays in the manner of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

V2B0 = "keras/efficientnetv2b0_notop_imagenet.weights.h5"
MOBILENET = "keras/mobilenet_v2_0.35_224_notop_imagenet.weights.h5"
PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")


def test_every_name_has_a_builder():
    assert tuple(backbones.BACKBONES) == configs.BACKBONE_NAMES


def test_tiny_is_tiny():
    model = backbones.tiny(64, "none")
    assert model.count_params() < 500_000
    assert model(PIXELS).shape == (2, 2, 2, 192)


@pytest.mark.parametrize("name", ["tiny", "mobilenet_v2", "efficientnet_b0"])
def test_raw_pixels_are_scaled_to_about_one(name):
    model = backbones.BACKBONES[name](64, "none")
    scaled = np.array(model.get_layer("pixels")(PIXELS))
    assert abs(scaled.mean()) < 0.3
    assert 0.5 < scaled.std() < 1.5


def test_efficientnet_is_scaled_as_imagenet_was():
    model = backbones.efficientnet_b0(32, "none")
    mean = 255 * np.array([[[[0.485, 0.456, 0.406]]]], "float32")
    one_above = mean + 255 * np.array([0.229, 0.224, 0.225], "float32")
    scaling = model.get_layer("pixels")
    np.testing.assert_allclose(scaling(mean)[0, 0, 0], [0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(scaling(one_above)[0, 0, 0], [1, 1, 1], atol=1e-5)


@pytest.fixture
def download(monkeypatch, tmp_path):
    """What Keras would download for EfficientNet-B0; without it, Keras fails as offline."""
    source = keras.applications.EfficientNetB0(
        include_top=False, weights=None, input_shape=(32, 32, 3)
    )
    source.layers[2].set_weights(  # Normalization
        [np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]), np.array(0)]
    )
    source.save_weights(tmp_path / "b0.weights.h5")
    monkeypatch.setattr(
        keras.src.applications.efficientnet.file_utils,
        "get_file",
        lambda *args, **kwargs: str(tmp_path / "b0.weights.h5"),
    )
    return str(tmp_path / "b0.weights.h5")


def test_downloaded_and_local_weights_give_the_same_network(download):
    downloaded = backbones.efficientnet_b0(32, "imagenet")
    local = backbones.efficientnet_b0(32, download)
    pixels = PIXELS[:, :32, :32]
    np.testing.assert_array_equal(downloaded(pixels), local(pixels))


def test_our_preprocessing_is_that_of_keras(download):
    keras_own = keras.applications.EfficientNetB0(
        include_top=False, weights="imagenet", input_shape=(32, 32, 3)
    )
    ours = backbones.efficientnet_b0(32, download)
    pixels = PIXELS[:, :32, :32]
    np.testing.assert_allclose(ours(pixels), keras_own(pixels), atol=1e-4)


def test_without_a_network_imagenet_says_what_to_do(monkeypatch):
    def fail(*args, **kwargs):
        raise Exception("URL fetch failure on https://storage: None -- unreachable")

    monkeypatch.setattr(keras.src.applications.efficientnet.file_utils, "get_file", fail)
    with pytest.raises(ResourceError, match="give --weights=FILE"):
        backbones.efficientnet_b0(32, "imagenet")


@pytest.mark.parametrize("content", [None, b"", b"not weights", b"\x89HDF\r\n\x1a\n" + bytes(99)])
def test_an_unreadable_weights_file_is_one_line(content, tmp_path):
    path = tmp_path / "some.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"--weights=.*some\.weights\.h5: not a weights") as caught:
        backbones.tiny(32, str(path))
    assert "\n" not in str(caught.value)


def test_weights_of_another_network_are_refused(tmp_path):
    backbones.tiny(32, "none").save_weights(tmp_path / "tiny.weights.h5")
    with pytest.raises(UsageError, match="not a weights file of mobilenet"):
        backbones.mobilenet_v2(32, str(tmp_path / "tiny.weights.h5"))


@pytest.mark.real_data
def test_pretrained_v2_b0_from_a_file_is_that_of_keras(shared_weights):
    path = shared_weights(V2B0)
    ours = backbones.efficientnet_v2_b0(64, path)
    keras_own = keras.applications.EfficientNetV2B0(
        include_top=False, weights=None, input_shape=(64, 64, 3), pooling="avg"
    )
    keras_own.load_weights(path)
    pooled = keras.ops.mean(ours(PIXELS), axis=(1, 2))
    np.testing.assert_allclose(pooled, keras_own(PIXELS), atol=1e-4)


@pytest.mark.real_data
def test_pretrained_mobilenet_takes_raw_pixels(shared_weights):
    path = shared_weights(MOBILENET)
    ours = backbones.mobilenet_v2(64, path)
    keras_own = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(64, 64, 3), alpha=0.35
    )
    keras_own.load_weights(path)
    np.testing.assert_allclose(ours(PIXELS), keras_own(PIXELS / 127.5 - 1), atol=1e-4)


@pytest.mark.parametrize(
    ("name", "unfreeze", "beginnings"),
    [
        ("tiny", "last_module", {"block4", "block5"}),
        ("tiny", "last_layer", {"block5"}),
        ("tiny", "none", set()),
        ("mobilenet_v2", "last_module", {"block", "Conv"}),
        ("mobilenet_v2", "last_layer", {"Conv"}),
        ("efficientnet_b0", "last_module", {"block7a", "top"}),
        ("efficientnet_b3", "last_module", {"block7a", "block7b", "top"}),
        ("efficientnet_b3", "last_layer", {"top"}),
        (
            "efficientnet_v2_b0",
            "last_module",
            {*(f"block6{letter}" for letter in "abcdefgh"), "top"},
        ),
        ("efficientnet_v2_b0", "last_layer", {"top"}),
    ],
)
def test_only_the_end_trains(name, unfreeze, beginnings):
    model = backbones.BACKBONES[name](32, "none")
    freeze(model, name, unfreeze)
    layers = [layer.name for layer in leaf_layers(model) if layer.trainable_variables]
    assert {layer.split("_")[0] for layer in layers} == beginnings


def test_all_trains_every_layer():
    model = backbones.tiny(32, "none")
    freeze(model, "tiny", "all")
    assert len(model.trainable_variables) == 15  # a kernel, a gamma and a beta in five blocks


def test_a_backbone_whose_layers_have_other_names_is_refused():
    with pytest.raises(ValueError, match="found none"):
        freeze(backbones.tiny(32, "none"), "efficientnet_b0", "last_module")


def test_frozen_batch_normalization_keeps_its_statistics():
    model = backbones.tiny(64, "none")
    freeze(model, "tiny", "last_layer")
    moving = {layer.name: layer.moving_mean for layer in leaf_layers(model) if "_bn" in layer.name}
    model(PIXELS, training=True)
    changed = {name for name, value in moving.items() if np.abs(value).max() > 0}
    assert changed == {"block5_bn"}
