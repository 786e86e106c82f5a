"""ECA-NFNet-L0: a residual network without normalization, attending to channels."""

import math

import keras

from shopee_tf.models.channel_attention import EfficientChannelAttention, attention_width
from shopee_tf.models.imagenet import imagenet_pixels
from shopee_tf.models.padding import pad_evenly
from shopee_tf.models.scaled_convolution import ScaledStdConv2D
from shopee_tf.models.timm_weights import start_from

_STEM = ((16, 2), (32, 1), (64, 1), (128, 2))  # outputs, strides
_STAGES = ((1, 256, 1), (2, 512, 2), (6, 1536, 2), (3, 1536, 2))  # blocks, outputs, strides
_FINAL = 2304
_GROUP_SIZE = 64  # channels that a grouped convolution sees at once
_ALPHA = 0.2  # what a branch adds to its shortcut
_ATTENTION_GAIN = 2.0  # attention halves, near enough
_GAMMA = 1.7881293296813965  # 1 / deviation of SiLU(z), z normal


def eca_nfnet_l0(image_size: int, weights: str) -> keras.Model:
    """ECA-NFNet-L0 with SiLU, timm's `eca_nfnet_l0`, 2,304 features (Brock et al., 2021).

    No batch is looked at, so that small batches train as large ones do. The layers are named as
    timm's modules. Its form is Ross Wightman's: F0's depths, a quarter as bottleneck, groups of 64,
    and ECA (Wang et al., 2020, arXiv:1910.03151) for squeeze-and-excitation.

    Args:
      image_size: side of the photos in pixels.
      weights: "none", timm's checkpoint (`.safetensors`), or a weights file of Keras.

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255, which it normalises itself.

    Raises:
      UsageError: the weights cannot be read, or are of another network.

    References:
      Brock et al., 2021, "High-Performance Large-Scale Image Recognition Without Normalization",
      arXiv:2102.06171; timm/models/nfnet.py.
    """
    return _eca_nfnet(image_size, weights, activation="silu")


def eca_nfnet_l0_mish(image_size: int, weights: str) -> keras.Model:
    """`eca_nfnet_l0` with Mish (Misra, 2019, arXiv:1908.08681) put where SiLU was, as won.

    It starts from the weights of SiLU and keeps SiLU's gain, as replacing the activations of timm's
    network does.
    """
    return _eca_nfnet(image_size, weights, activation="mish")


def _eca_nfnet(image_size: int, weights: str, *, activation: str) -> keras.Model:
    pixels, x = imagenet_pixels(image_size)
    for number, (filters, strides) in enumerate(_STEM, start=1):
        if number > 1:
            x = keras.layers.Activation(activation, name=f"stem.act{number}")(x)
        x = _convolve(x, filters, 3, strides=strides, name=f"stem.conv{number}")
    variance = 1.0  # of what comes into a block, were its weights as at the start
    for stage, (blocks, filters, strides) in enumerate(_STAGES):
        for block in range(blocks):
            x = _block(
                x,
                filters,
                strides=strides if block == 0 else 1,
                beta=1 / math.sqrt(variance),
                activation=activation,
                name=f"stages.{stage}.{block}",
            )
            # The shortcut of a stage's first block starts from a variance of 1 again.
            variance = (1.0 if block == 0 else variance) + _ALPHA**2
    x = _convolve(x, _FINAL, 1, name="final_conv")
    x = keras.layers.Activation(activation, name="final_act")(x)
    model = keras.Model(pixels, x, name="eca_nfnet_l0")
    start_from(model, weights)
    return model


def _block(x, filters: int, *, strides: int, beta: float, activation: str, name: str):
    """A bottleneck, activated before each convolution, attended to at its end."""

    def activate(x, number):
        return keras.layers.Activation(activation, name=f"{name}.act{number}")(x)

    shortcut, middle = x, filters // 4
    groups = middle // _GROUP_SIZE
    x = keras.layers.Rescaling(beta, name=f"{name}.beta")(activate(x, "1"))
    if strides > 1 or shortcut.shape[-1] != filters:
        shortcut = _shorten(x, filters, strides=strides, name=f"{name}.downsample")
    x = _convolve(x, middle, 1, name=f"{name}.conv1")
    x = activate(x, "2")
    x = _convolve(x, middle, 3, strides=strides, groups=groups, name=f"{name}.conv2")
    x = activate(x, "2b")
    x = _convolve(x, middle, 3, groups=groups, name=f"{name}.conv2b")
    x = activate(x, "3")
    # The branch starts from nothing: training decides what it adds.
    x = _convolve(x, filters, 1, first_gain=0.0, name=f"{name}.conv3")
    x = EfficientChannelAttention(attention_width(filters), name=f"{name}.attn_last")(x)
    x = keras.layers.Rescaling(_ATTENTION_GAIN * _ALPHA, name=f"{name}.alpha")(x)
    return keras.layers.Add(name=f"{name}.add")([x, shortcut])


def _shorten(x, filters: int, *, strides: int, name: str):
    if strides > 1:
        x = keras.layers.AveragePooling2D(2, strides, padding="same", name=f"{name}.pool")(x)
    return _convolve(x, filters, 1, name=f"{name}.conv")


def _convolve(x, filters, kernel_size, *, name, strides=1, groups=1, first_gain=1.0):
    x, padding = pad_evenly(x, kernel_size, strides, name=name)
    return ScaledStdConv2D(
        filters,
        kernel_size,
        strides=strides,
        groups=groups,
        padding=padding,
        gamma=_GAMMA,
        first_gain=first_gain,
        name=name,
    )(x)
