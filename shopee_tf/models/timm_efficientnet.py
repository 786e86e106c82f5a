"""EfficientNets as timm has them, for its weights: noisy student's, AutoAugment's, its own."""

import math
from typing import NamedTuple

import keras

from shopee_tf.models.imagenet import imagenet_pixels
from shopee_tf.models.padding import pad_evenly
from shopee_tf.models.timm_weights import start_from

# Multipliers of channels and of blocks. The sides of the photos they were made for: 224, 240, 260,
# 300, 380, 456, 528 and 600 pixels.
_SCALES = {
    "b0": (1.0, 1.0),
    "b1": (1.0, 1.1),
    "b2": (1.1, 1.2),
    "b3": (1.2, 1.4),
    "b4": (1.4, 1.8),
    "b5": (1.6, 2.2),
    "b6": (1.8, 2.6),
    "b7": (2.0, 3.1),
}


class _Stage(NamedTuple):
    blocks: int
    kernel_size: int
    strides: int
    expansion: int
    filters: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


class _Flavour(NamedTuple):
    even_padding: bool  # as PyTorch pads; else as TensorFlow's "same"
    epsilon: float  # of the batch normalizations


_FLAVOURS = {"tf_efficientnet": _Flavour(False, 1e-3), "timm_efficientnet": _Flavour(True, 1e-5)}
TIMM_EFFICIENTNETS = tuple(f"{flavour}_{scale}" for flavour in _FLAVOURS for scale in _SCALES)


def timm_efficientnet(image_size: int, weights: str, *, name: str) -> keras.Model:
    """One of timm's EfficientNets (Tan and Le, 2019, arXiv:1905.11946).

    timm's `tf_efficientnet_*` were trained with TensorFlow, by noisy students among others
    (`tf_efficientnet_b5.ns_jft_in1k`; Xie et al., 2020, arXiv:1911.04252): they pad as TensorFlow
    does, and their batch normalizations add 1e-3 to the variance. timm's own `efficientnet_*`, here
    `timm_efficientnet_*`, pad evenly and add 1e-5. The layers are named as timm's modules.

    The pixels are normalised by mean and deviation of ImageNet. Checkpoints made for a mean of 0.5
    (`.ap_in1k`, `.ra4_e3600_*`; "mean" in their config.json) would get wrong pixels.

    Args:
      image_size: side of the photos in pixels.
      weights: "none", timm's checkpoint (`.safetensors`), or a weights file of Keras.
      name: one of `TIMM_EFFICIENTNETS`, of b0 to b7 each.

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255, which it normalises itself.

    Raises:
      UsageError: the weights cannot be read, or are of another network.

    References:
      timm/models/efficientnet.py, `_gen_efficientnet`.

    Example:

    >>> timm_efficientnet(64, "none", name="tf_efficientnet_b0").output_shape
    (None, 2, 2, 1280)
    """
    flavour, scale = name.rsplit("_", 1)
    flavour, (width, depth) = _FLAVOURS[flavour], _SCALES[scale]
    pixels, x = imagenet_pixels(image_size)
    x = _convolve(x, _rounded(32 * width), 3, flavour, strides=2, name="conv_stem")
    x = _normalize(x, flavour, name="bn1", activation="silu")
    for number, stage in enumerate(_STAGES):
        stage = stage._replace(filters=_rounded(stage.filters * width))
        for block in range(math.ceil(stage.blocks * depth)):
            x = _block(x, stage, flavour, name=f"blocks.{number}.{block}")
            stage = stage._replace(strides=1)
    x = _convolve(x, _rounded(1280 * width), 1, flavour, name="conv_head")
    x = _normalize(x, flavour, name="bn2", activation="silu")
    model = keras.Model(pixels, x, name=name)
    start_from(model, weights)
    return model


def _rounded(channels: float) -> int:
    """The nearest multiple of 8, or the one above where that takes more than a tenth away."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _block(x, stage: _Stage, flavour: _Flavour, *, name: str):
    """Widen, convolve each channel, attend to channels, narrow; no widening where it is by 1."""
    shortcut, inputs = x, x.shape[-1]
    number = 1
    if stage.expansion > 1:
        x = _convolve(x, inputs * stage.expansion, 1, flavour, name=f"{name}.conv_pw")
        x = _normalize(x, flavour, name=f"{name}.bn1", activation="silu")
        number = 2
    x = _convolve_channels(x, stage, flavour, name=f"{name}.conv_dw")
    x = _normalize(x, flavour, name=f"{name}.bn{number}", activation="silu")
    x = _squeeze_and_excite(x, inputs // 4, name=f"{name}.se")
    last = "conv_pwl" if stage.expansion > 1 else "conv_pw"
    x = _convolve(x, stage.filters, 1, flavour, name=f"{name}.{last}")
    x = _normalize(x, flavour, name=f"{name}.bn{number + 1}", activation="linear")
    if stage.strides == 1 and inputs == stage.filters:
        x = keras.layers.Add(name=f"{name}.add")([x, shortcut])
    return x


def _squeeze_and_excite(x, squeezed: int, *, name: str):
    """Weighs each channel by what all of them are on average (Hu et al., 2018)."""
    means = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}.means")(x)
    few = keras.layers.Conv2D(squeezed, 1, activation="silu", name=f"{name}.conv_reduce")(means)
    weights = keras.layers.Conv2D(x.shape[-1], 1, activation="sigmoid", name=f"{name}.conv_expand")(
        few
    )
    return keras.layers.Multiply(name=f"{name}.multiply")([x, weights])


def _convolve(x, filters, kernel_size, flavour, *, name, strides=1):
    x, padding = _pad(x, kernel_size, strides, flavour, name=name)
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=False,
        kernel_initializer=_initializer(),
        name=name,
    )(x)


def _convolve_channels(x, stage: _Stage, flavour: _Flavour, *, name: str):
    x, padding = _pad(x, stage.kernel_size, stage.strides, flavour, name=name)
    return keras.layers.DepthwiseConv2D(
        stage.kernel_size,
        strides=stage.strides,
        padding=padding,
        use_bias=False,
        depthwise_initializer=_initializer(),
        name=name,
    )(x)


def _pad(x, kernel_size, strides, flavour, *, name):
    return pad_evenly(x, kernel_size, strides, name=name) if flavour.even_padding else (x, "same")


def _initializer():
    return keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")


def _normalize(x, flavour: _Flavour, *, name: str, activation: str):
    x = keras.layers.BatchNormalization(momentum=0.9, epsilon=flavour.epsilon, name=name)(x)
    return keras.layers.Activation(activation, name=f"{name}.act")(x)
