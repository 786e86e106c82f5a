import keras
import numpy as np
import pytest

from shopee_tf.models import configs
from shopee_tf.models.backbones import BACKBONES, build_backbone
from tfrecords.errors import ResourceError, UsageError

# Keras's own save_weights asks TensorFlow's variables for arrays in the manner of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

V2B0 = "keras/efficientnetv2b0_notop_imagenet.weights.h5"
MOBILENET = "keras/mobilenet_v2_0.35_224_notop_imagenet.weights.h5"
PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")


def test_every_name_has_a_builder():
    assert set(BACKBONES) == set(configs.BACKBONE_NAMES)


def test_tiny_is_tiny():
    model = build_backbone("tiny", 64, "none")
    assert model.count_params() < 500_000
    assert model(PIXELS).shape == (2, 2, 2, 192)


@pytest.mark.parametrize("name", ["tiny", "mobilenet_v2", "efficientnet_b0"])
def test_raw_pixels_are_scaled_to_about_one(name):
    model = build_backbone(name, 64, "none")
    scaled = np.array(model.get_layer("pixels")(PIXELS))
    assert abs(scaled.mean()) < 0.3
    assert 0.5 < scaled.std() < 1.5


def test_efficientnet_is_scaled_as_imagenet_was():
    model = build_backbone("efficientnet_b0", 32, "none")
    mean = 255 * np.array([[[[0.485, 0.456, 0.406]]]], "float32")
    one_above = mean + 255 * np.array([0.229, 0.224, 0.225], "float32")
    scaling = model.get_layer("pixels")
    np.testing.assert_allclose(scaling(mean)[0, 0, 0], [0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(scaling(one_above)[0, 0, 0], [1, 1, 1], atol=1e-5)


@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_ends_in_a_map_of_features(name):
    with keras.StatelessScope(initialize_variables=False):  # the largest has 350 million weights
        model = build_backbone(name, 96, "none")
    assert model.input_shape == (None, 96, 96, 3)
    assert len(model.output_shape) == 4
    assert model.output_shape[1:3] in [(1, 1), (3, 3)]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("vgg16", "vgg16"), ("resnet50", "resnet50"), ("inception_v3", "inception_v3"),
        ("mobilenet_v2", "mobilenet_v2"),
    ],
)  # fmt: skip
def test_pixels_become_what_keras_makes_of_them(name, module):
    model = build_backbone(name, 75, "none")
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 75, 75, 3)).astype("float32")
    prepared = getattr(keras.applications, module).preprocess_input(pixels.copy())
    expected = model.layers[-1](prepared)
    np.testing.assert_allclose(model(pixels), expected, rtol=1e-3, atol=1e-5)


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
    downloaded = build_backbone("efficientnet_b0", 32, "imagenet")
    local = build_backbone("efficientnet_b0", 32, download)
    pixels = PIXELS[:, :32, :32]
    np.testing.assert_array_equal(downloaded(pixels), local(pixels))


def test_our_preprocessing_is_that_of_keras(download):
    keras_own = keras.applications.EfficientNetB0(
        include_top=False, weights="imagenet", input_shape=(32, 32, 3)
    )
    ours = build_backbone("efficientnet_b0", 32, download)
    pixels = PIXELS[:, :32, :32]
    np.testing.assert_allclose(ours(pixels), keras_own(pixels), atol=1e-4)


def test_without_a_network_imagenet_says_what_to_do(monkeypatch):
    def fail(*args, **kwargs):
        raise Exception("URL fetch failure on https://storage: None -- unreachable")

    monkeypatch.setattr(keras.src.applications.efficientnet.file_utils, "get_file", fail)
    with pytest.raises(ResourceError, match="give --weights=FILE"):
        build_backbone("efficientnet_b0", 32, "imagenet")


@pytest.mark.parametrize("content", [None, b"", b"not weights", b"\x89HDF\r\n\x1a\n" + bytes(99)])
def test_an_unreadable_weights_file_is_one_line(content, tmp_path):
    path = tmp_path / "some.weights.h5"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"--weights=.*some\.weights\.h5: not a weights") as caught:
        build_backbone("tiny", 32, str(path))
    assert "\n" not in str(caught.value)


def test_weights_of_another_network_are_refused(tmp_path):
    build_backbone("tiny", 32, "none").save_weights(tmp_path / "tiny.weights.h5")
    with pytest.raises(UsageError, match="not a weights file of mobilenet_v2 without its top$"):
        build_backbone("mobilenet_v2", 32, str(tmp_path / "tiny.weights.h5"))


@pytest.mark.real_data
def test_pretrained_v2_b0_from_a_file_is_that_of_keras(shared_weights):
    path = shared_weights(V2B0)
    ours = build_backbone("efficientnet_v2_b0", 64, path)
    keras_own = keras.applications.EfficientNetV2B0(
        include_top=False, weights=None, input_shape=(64, 64, 3), pooling="avg"
    )
    keras_own.load_weights(path)
    pooled = keras.ops.mean(ours(PIXELS), axis=(1, 2))
    np.testing.assert_allclose(pooled, keras_own(PIXELS), atol=1e-4)


@pytest.mark.real_data
def test_pretrained_mobilenet_takes_raw_pixels(shared_weights):
    path = shared_weights(MOBILENET)
    ours = build_backbone("mobilenet_v2", 64, path)
    keras_own = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(64, 64, 3), alpha=0.35
    )
    keras_own.load_weights(path)
    np.testing.assert_allclose(ours(PIXELS), keras_own(PIXELS / 127.5 - 1), atol=1e-4)
