"""KerasHub presets as backbones of photos; the presets are made here."""

import shutil

import keras
import numpy as np
import pytest

from shopee_tf.models import preset_backbone
from shopee_tf.models.backbones import build_backbone
from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder
from shopee_tf.models.saving import load_encoder, save_encoder
from tfrecords.errors import UsageError

keras_hub = pytest.importorskip("keras_hub", reason="KerasHub is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")


def resnet():
    backbone = keras_hub.models.ResNetBackbone(
        input_conv_filters=[64], input_conv_kernel_sizes=[3], stackwise_num_filters=[64, 8],
        stackwise_num_blocks=[1, 1], stackwise_num_strides=[1, 2], block_type="basic_block",
    )  # fmt: skip
    converter = keras_hub.layers.ResNetImageConverter(scale=1 / 255, offset=[-0.5, -0.4, -0.3])
    return backbone, converter


def vit():
    backbone = keras_hub.models.ViTBackbone(
        image_shape=(32, 32, 3), patch_size=(16, 16), num_layers=1, num_heads=2, hidden_dim=8,
        mlp_dim=8,
    )  # fmt: skip
    return backbone, keras_hub.layers.ViTImageConverter(image_size=(32, 32), scale=1 / 127.5)


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """Folder -> (backbone, converter)."""
    folder, made = tmp_path_factory.mktemp("presets"), {}
    for name, make in {"resnet": resnet, "vit": vit}.items():
        keras.utils.set_random_seed(0)
        made[name] = make()
        for part in made[name]:
            part.save_to_preset(str(folder / name))
    return folder, made


def test_pixels_go_through_the_preprocessing_of_the_preset(presets):
    folder, made = presets
    backbone, _ = made["resnet"]
    ours = build_backbone(f"keras_hub:{folder / 'resnet'}", 32, "imagenet")
    expected = backbone(PIXELS / 255 - np.array([0.5, 0.4, 0.3], "float32"))
    np.testing.assert_allclose(ours(PIXELS), expected, atol=1e-4)


def test_the_tokens_of_a_transformer_are_a_map_of_width_1(presets):
    folder, made = presets
    backbone, _ = made["vit"]
    ours = build_backbone(f"keras_hub:{folder / 'vit'}", 32, "imagenet")
    np.testing.assert_allclose(ours(PIXELS)[:, :, 0], backbone(PIXELS / 127.5), atol=1e-4)


def test_weights_none_are_made_anew(presets):
    folder, _ = presets
    one, other = (
        build_backbone(f"keras_hub:{folder / 'resnet'}", 32, weights)(PIXELS)
        for weights in ("imagenet", "none")
    )
    assert np.abs(one - other).max() > 1e-3


def test_weights_of_a_file(presets, tmp_path):
    folder, made = presets
    made["resnet"][0].save_weights(tmp_path / "own.weights.h5")
    names = (f"keras_hub:{folder / 'resnet'}", 32)
    ours = build_backbone(*names, str(tmp_path / "own.weights.h5"))
    np.testing.assert_allclose(ours(PIXELS), build_backbone(*names, "imagenet")(PIXELS), atol=1e-5)


@pytest.mark.parametrize("name", ["resnet", "vit"])
def test_an_encoder_comes_back_after_its_preset_is_gone(presets, name, tmp_path):
    shutil.copytree(presets[0] / name, tmp_path / "preset")
    config = ImageEncoderConfig(
        f"keras_hub:{tmp_path / 'preset'}", image_size=32, embedding_dim=4, unfreeze="none"
    )
    encoder = build_image_encoder(config)
    save_encoder(encoder, tmp_path / "saved")
    shutil.rmtree(tmp_path / "preset")
    for _ in range(2):  # and once more from what came back
        loaded = load_encoder(tmp_path / "saved")
        assert loaded.config == config
        np.testing.assert_array_equal(loaded.model(PIXELS), encoder.model(PIXELS))
        save_encoder(loaded, tmp_path / "saved")


@pytest.mark.parametrize(("unfreeze", "train"), [("all", False), ("all", True), ("none", True)])
def test_batch_normalization_inside_keeps_its_statistics_unless_asked(presets, unfreeze, train):
    name = f"keras_hub:{presets[0] / 'resnet'}"
    config = ImageEncoderConfig(name, 32, unfreeze=unfreeze, train_batch_norm=train)
    model = build_image_encoder(config).model
    before = [np.array(value) for value in model.non_trainable_variables]
    model(PIXELS, training=True)
    after = [np.array(value) for value in model.non_trainable_variables]
    changed = any(np.abs(a - b).max() > 0 for a, b in zip(before, after, strict=True))
    assert changed == (unfreeze == "all" and train)


def test_from_a_block_on(presets):
    config = ImageEncoderConfig(f"keras_hub:{presets[0] / 'resnet'}", 32, unfreeze="stack1")
    trained = [v.path for v in build_image_encoder(config).model.trainable_variables]
    assert trained
    assert all("stack1" in path for path in trained)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: build_backbone("keras_hub:nothing_like_it", 32, "none"), "not a preset of"),
        (lambda folder: build_backbone(f"keras_hub:{folder / 'vit'}", 48, "none"), "of 48 pixels"),
        (
            lambda folder: build_image_encoder(
                ImageEncoderConfig(f"keras_hub:{folder / 'resnet'}", 32, unfreeze="last_layer")
            ),
            "--unfreeze=last_layer: not known of keras_hub",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(presets, make, message):
    with pytest.raises(UsageError, match=message) as caught:
        make(presets[0])
    assert "\n" not in str(caught.value)


def test_a_backbone_of_several_feature_maps_is_refused(presets, monkeypatch):
    pixels = keras.Input((32, 32, 3))
    maps = {str(size): keras.layers.Conv2D(4, size)(pixels) for size in (1, 3)}
    monkeypatch.setattr(
        preset_backbone, "load_backbone", lambda *name, **how: keras.Model(pixels, maps)
    )
    with pytest.raises(UsageError, match="it gives no single feature map"):
        preset_backbone.load_preset_backbone(str(presets[0] / "resnet"), 32, "imagenet")


def test_an_encoder_of_titles_is_no_backbone_of_photos(tmp_path):
    titles = keras_hub.models.BertBackbone(
        vocabulary_size=9, num_layers=1, num_heads=1, hidden_dim=4, intermediate_dim=4
    )
    titles.save_to_preset(str(tmp_path / "bert"))
    with pytest.raises(UsageError, match="not a preset of photos"):
        build_backbone(f"keras_hub:{tmp_path / 'bert'}", 32, "none")
