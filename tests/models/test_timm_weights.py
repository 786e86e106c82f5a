import keras
import numpy as np
import pytest

from shopee_tf.models.channel_attention import EfficientChannelAttention
from shopee_tf.models.grouped_convolution import GroupedConv2D
from shopee_tf.models.scaled_convolution import ScaledStdConv2D
from shopee_tf.models.timm_weights import load_timm_weights, start_from, timm_tensors
from tests.models.safetensors_writer import write_safetensors
from tfrecords.errors import UsageError


@pytest.fixture(scope="module")
def network():
    """A layer of each kind, 8 pixels a side."""
    pixels = x = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, name="stem")(x)
    x = keras.layers.BatchNormalization(name="bn1")(x)
    x = GroupedConv2D(6, 1, groups=2, use_bias=False, name="layer.0.conv")(x)
    x = keras.layers.DepthwiseConv2D(3, use_bias=False, name="dw")(x)
    x = ScaledStdConv2D(5, 1, strides=1, groups=1, padding="same", gamma=1.0, name="std")(x)
    x = EfficientChannelAttention(3, name="attn_last")(x)
    return keras.Model(pixels, x, name="network")


SHAPES = {
    "stem.weight": (4, 3, 3, 3), "stem.bias": (4,),
    "bn1.weight": (4,), "bn1.bias": (4,), "bn1.running_mean": (4,), "bn1.running_var": (4,),
    "layer.0.conv.weight": (6, 2, 1, 1),
    "dw.weight": (6, 1, 3, 3),
    "std.weight": (5, 6, 1, 1), "std.gain": (5, 1, 1, 1), "std.bias": (5,),
    "attn_last.conv.weight": (1, 1, 3),
}  # fmt: skip


@pytest.fixture
def tensors():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape).astype("float32") for name, shape in SHAPES.items()}


@pytest.fixture
def load(network, tmp_path):
    def load(tensors):
        write_safetensors(tmp_path / "x.safetensors", tensors)
        load_timm_weights(network, tmp_path / "x.safetensors")

    return load


def test_names_and_shapes_are_those_of_timm(network):
    assert {name: place.shape for name, place in timm_tensors(network).items()} == SHAPES


def test_every_number_lands_in_its_place(network, tensors, load):
    load(tensors)
    stem, norm, grouped, depthwise, std, attention = (
        network.get_layer(name)
        for name in ("stem", "bn1", "layer.0.conv", "dw", "std", "attn_last")
    )
    np.testing.assert_array_equal(stem.kernel, tensors["stem.weight"].transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(stem.bias, tensors["stem.bias"])
    np.testing.assert_array_equal(norm.gamma, tensors["bn1.weight"])
    np.testing.assert_array_equal(norm.beta, tensors["bn1.bias"])
    np.testing.assert_array_equal(norm.moving_mean, tensors["bn1.running_mean"])
    np.testing.assert_array_equal(norm.moving_variance, tensors["bn1.running_var"])
    np.testing.assert_array_equal(
        grouped.kernel.numpy()[0, 0].T,
        tensors["layer.0.conv.weight"][:, :, 0, 0],
    )
    np.testing.assert_array_equal(
        np.moveaxis(depthwise.kernel.numpy()[..., 0], -1, 0),
        tensors["dw.weight"][:, 0],
    )
    np.testing.assert_array_equal(np.ravel(std.gain.numpy()), tensors["std.gain"].ravel())
    np.testing.assert_array_equal(
        np.ravel(attention.kernel.numpy()),
        tensors["attn_last.conv.weight"].ravel(),
    )


def test_classifiers_and_counters_are_left_out(tensors, load):
    for name in ("head.fc.weight", "fc.bias", "classifier.weight"):
        tensors[name] = np.zeros(7, "float32")
    load(tensors | {"bn1.num_batches_tracked": np.array(3, "int64")})


def test_halves_are_converted(network, tensors, load):
    load(tensors | {"bn1.bias": np.array([0.5, 1, 2, 3], "float16")})
    np.testing.assert_array_equal(network.get_layer("bn1").beta, [0.5, 1, 2, 3])


def test_what_is_missing_is_named(tensors, load):
    del tensors["stem.bias"], tensors["bn1.bias"]
    with pytest.raises(ValueError, match="it misses: bn1.bias and 1 more$"):
        load(tensors)


def test_what_is_left_over_is_named(tensors, load):
    with pytest.raises(ValueError, match="it has one too many: stages.9.weight$"):
        load(tensors | {"stages.9.weight": np.zeros(2, "float32")})


def test_another_shape_is_named_and_nothing_is_loaded(network, tensors, load):
    before = network.get_weights()
    tensors["dw.weight"] = np.zeros((6, 1, 5, 5), "float32")
    with pytest.raises(
        ValueError, match=r"dw.weight: expected \(6, 1, 3, 3\), received \(6, 1, 5, 5\)"
    ):
        load(tensors)
    for value, now in zip(before, network.get_weights()):
        np.testing.assert_array_equal(value, now)


def test_start_from_refuses_in_one_line(network, tmp_path):
    write_safetensors(tmp_path / "x.safetensors", {})
    with pytest.raises(UsageError, match=r"x.safetensors: not the weights of network \(it misses"):
        start_from(network, str(tmp_path / "x.safetensors"))


def test_start_from_none_leaves_the_network_as_it_is(network):
    before = network.get_weights()
    start_from(network, "none")
    for value, now in zip(before, network.get_weights()):
        np.testing.assert_array_equal(value, now)


def test_imagenet_says_where_the_weights_are(network):
    with pytest.raises(UsageError, match="Keras has none of network; give --weights=.*timm"):
        start_from(network, "imagenet")
