"""Which layers of a backbone train."""

import keras
import numpy as np
import pytest

from shopee_tf.models.backbones import BACKBONES, build_backbone
from shopee_tf.models.freezing import ENDS, freeze, leaf_layers
from tfrecords.errors import UsageError

PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")


def built(name):
    with keras.StatelessScope(initialize_variables=False):  # only names are looked at
        return build_backbone(name, 96, "none")


def training(model):
    """The names of the layers that train, in order."""
    return [layer.name for layer in leaf_layers(model) if layer.trainable_variables]


def test_every_backbone_has_an_end():
    assert set(ENDS) == set(BACKBONES)


@pytest.mark.parametrize("name", BACKBONES)
def test_the_last_layer_is_in_the_last_module_and_that_in_the_whole(name):
    model = built(name)
    trained = []
    for unfreeze in ("all", "last_module", "last_layer", "none"):
        freeze(model, name, unfreeze)
        trained.append(training(model))
    whole, module, layer, nothing = trained
    assert 0 == len(nothing) < len(layer) < len(module) < len(whole)
    assert whole[-len(module) :] == module
    assert module[-len(layer) :] == layer


@pytest.mark.parametrize(
    ("name", "unfreeze", "beginnings"),
    [
        ("tiny", "last_module", {"block4", "block5"}),
        ("tiny", "last_layer", {"block5"}),
        ("tiny", "block3", {"block3", "block4", "block5"}),
        ("tiny", "none", set()),
        ("mobilenet_v2", "last_module", {"block", "Conv"}),
        ("mobilenet_v2", "last_layer", {"Conv"}),
        ("efficientnet_b0", "last_module", {"block7a", "top"}),
        ("efficientnet_b0", "block6d", {"block6d", "block7a", "top"}),
        ("efficientnet_b0", "top", {"top"}),
        ("efficientnet_b3", "last_module", {"block7a", "block7b", "top"}),
        ("efficientnet_b3", "last_layer", {"top"}),
        (
            "efficientnet_v2_b0",
            "last_module",
            {*(f"block6{letter}" for letter in "abcdefgh"), "top"},
        ),
        ("efficientnet_v2_b0", "last_layer", {"top"}),
        ("vgg16", "last_module", {"block5"}),
        ("resnet50", "last_module", {"conv5"}),
    ],
)
def test_only_the_end_trains(name, unfreeze, beginnings):
    model = built(name)
    freeze(model, name, unfreeze)
    assert {layer.split("_")[0] for layer in training(model)} == beginnings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vgg16", ["block5_conv3"]),
        ("resnet50", ["conv5_block3_3_conv", "conv5_block3_3_bn"]),
        ("mobilenet_v2", ["Conv_1", "Conv_1_bn"]),
    ],
)
def test_the_last_layer_is_one_convolution(name, expected):
    model = built(name)
    freeze(model, name, "last_layer")
    assert training(model) == expected


def test_the_last_layer_of_inception_is_six_convolutions_side_by_side():
    model = built("inception_v3")
    freeze(model, "inception_v3", "last_layer")
    layers = [layer for layer in leaf_layers(model) if layer.trainable_variables]
    kernels = [tuple(layer.kernel.shape) for layer in layers if hasattr(layer, "kernel")]
    # 1x1, the ends of the two forks into 1x3 and 3x1, and what follows pooling.
    assert sorted(kernels) == sorted(
        [(1, 1, 2048, 320), *[(1, 3, 384, 384), (3, 1, 384, 384)] * 2, (1, 1, 2048, 192)]
    )


def test_convnext_blocks_are_named_without_its_own_name():
    model = built("convnext_tiny")
    freeze(model, "convnext_tiny", "stage_3_block_1")
    assert training(model)[0].startswith("convnext_tiny_stage_3_block_1")


@pytest.mark.parametrize("unfreeze", ["block9", "Block4"])
def test_an_unknown_block_meets_the_names_of_some(unfreeze):
    with pytest.raises(UsageError, match=f"--unfreeze={unfreeze}: tiny .*block4, block5") as caught:
        freeze(built("tiny"), "tiny", unfreeze)
    assert "\n" not in str(caught.value)


def test_an_end_that_is_not_known_is_refused():
    with pytest.raises(UsageError, match="last_module: not known of keras_hub:x.*such as block1"):
        freeze(built("tiny"), "keras_hub:x", "last_module")


def test_all_trains_every_layer():
    model = built("tiny")
    freeze(model, "tiny", "all")
    assert len(model.trainable_variables) == 15  # a kernel, a gamma and a beta in five blocks


def statistics_that_change(**options):
    model = build_backbone("tiny", 64, "none")
    freeze(model, "tiny", "last_module", **options)
    moving = {layer.name: layer.moving_mean for layer in leaf_layers(model) if "_bn" in layer.name}
    model(PIXELS, training=True)
    return {name for name, value in moving.items() if np.abs(value).max() > 0}


def test_frozen_batch_normalization_keeps_its_statistics():
    assert statistics_that_change() == {"block4_bn", "block5_bn"}


def test_batch_normalization_that_is_not_to_train_keeps_its_statistics():
    assert statistics_that_change(train_batch_norm=False) == set()


def test_convolutions_train_without_their_batch_normalization():
    model = built("tiny")
    freeze(model, "tiny", "last_module", train_batch_norm=False)
    assert training(model) == ["block4_conv", "block5_conv"]
