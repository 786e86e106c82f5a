"""The networks that timm has. That they compute what timm's do: test_timm_agreement.py."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from shopee_tf.models.backbones import BACKBONES
from shopee_tf.models.freezing import freeze
from shopee_tf.models.timm_efficientnet import TIMM_EFFICIENTNETS
from shopee_tf.models.timm_weights import timm_tensors
from tests.models.safetensors_writer import write_safetensors

PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
FEATURES = {
    "eca_nfnet_l0": 2304,
    "eca_nfnet_l0_mish": 2304,
    "resnext50_32x4d": 2048,
    "tf_efficientnet_b0": 1280,
    "timm_efficientnet_b0": 1280,
}


@pytest.fixture(scope="module")
def built():
    networks = {}

    def build(name):
        if name not in networks:
            keras.utils.set_random_seed(0)
            networks[name] = BACKBONES[name](32, "none")
        return networks[name]

    return build


@pytest.mark.parametrize("name", FEATURES)
def test_the_map_is_a_32nd_of_the_photo(built, name):
    assert built(name).output_shape == (None, 1, 1, FEATURES[name])


# The parameters that timm counts (with its classifier of 1,000 classes) less that classifier.
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("eca_nfnet_l0", 24_143_924 - 2304 * 1000 - 1000),
        ("resnext50_32x4d", 25_028_904 - 2048 * 1000 - 1000),
        ("tf_efficientnet_b0", 5_288_548 - 1280 * 1000 - 1000),
        ("tf_efficientnet_b5", 30_389_784 - 2048 * 1000 - 1000),
    ],
)
def test_parameters_are_as_many_as_in_timm(built, name, parameters):
    assert sum(int(np.prod(v.shape)) for v in built(name).trainable_variables) == parameters


def test_every_efficientnet_has_a_row():
    assert len(TIMM_EFFICIENTNETS) == 16
    assert set(TIMM_EFFICIENTNETS) <= BACKBONES.keys()


@pytest.mark.parametrize("name", ["eca_nfnet_l0", "resnext50_32x4d", "tf_efficientnet_b0"])
def test_every_weight_has_a_gradient(built, name):
    network = built(name)
    before = network.get_weights()
    for variable in network.trainable_variables:
        if not np.any(variable.value):  # biases, and gains that silence a branch as training begins
            variable.assign(np.full(variable.shape, 0.5, "float32"))
    variables = network.trainable_variables
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(network(PIXELS, training=False) ** 2)
    gradients = tape.gradient(value, [variable.value for variable in variables])
    network.set_weights(before)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert [v.path for v, g in zip(variables, gradients) if not np.any(g)] == []


def test_mish_and_silu_differ_and_share_their_tensors(built):
    silu, mish = built("eca_nfnet_l0"), built("eca_nfnet_l0_mish")
    assert timm_tensors(silu).keys() == timm_tensors(mish).keys()
    mish.set_weights(silu.get_weights())
    ours, other = (np.array(network.predict_on_batch(PIXELS)) for network in (silu, mish))
    assert np.abs(ours - other).max() > 1e-3


def test_padding_and_epsilon_tell_the_efficientnets_apart(built):
    tensorflow, torch = built("tf_efficientnet_b0"), built("timm_efficientnet_b0")
    assert tensorflow.get_layer("bn1").epsilon == 1e-3
    assert torch.get_layer("bn1").epsilon == 1e-5
    torch.set_weights(tensorflow.get_weights())
    ours, other = (np.array(network.predict_on_batch(PIXELS)) for network in (tensorflow, torch))
    assert np.abs(ours - other).max() > 1e-3 * np.abs(ours).max()


def test_a_checkpoint_of_timm_is_loaded_by_its_suffix(built, tmp_path):
    tensors = {
        name: np.full(place.shape, 0.5, "float32")
        for name, place in timm_tensors(built("tf_efficientnet_b0")).items()
    }
    write_safetensors(tmp_path / "b0.safetensors", tensors)
    network = BACKBONES["tf_efficientnet_b0"](32, str(tmp_path / "b0.safetensors"))
    assert all((value == 0.5).all() for value in network.get_weights())


@pytest.mark.parametrize(
    ("name", "unfreeze", "beginnings"),
    [
        ("eca_nfnet_l0", "last_module", {"stages", "final_conv"}),
        ("eca_nfnet_l0", "last_layer", {"final_conv"}),
        ("resnext50_32x4d", "last_module", {"layer4"}),
        ("tf_efficientnet_b0", "last_module", {"blocks", "conv_head", "bn2"}),
        ("timm_efficientnet_b0", "last_layer", {"conv_head", "bn2"}),
    ],
)
def test_only_the_end_trains_on_request(built, name, unfreeze, beginnings):
    network = built(name)
    freeze(network, name, unfreeze)
    training = {layer.name for layer in network.layers if layer.trainable_variables}
    freeze(network, name, "all")
    assert {layer.split(".")[0] for layer in training} == beginnings
    stages = {layer.split(".")[1] for layer in training if layer.startswith(("stages", "blocks"))}
    assert stages <= {"3" if name.startswith("eca") else "6"}
