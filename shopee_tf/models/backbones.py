"""Image backbones by name: networks from raw pixels to a map of features."""

import functools
from collections.abc import Callable

import keras

from shopee_tf.models.applications import APPLICATIONS, build_application
from shopee_tf.models.autoencoder import autoencoder
from shopee_tf.models.cnn import cnn
from shopee_tf.models.configs import PRESET_PREFIX
from shopee_tf.models.nfnet import eca_nfnet_l0, eca_nfnet_l0_mish
from shopee_tf.models.resnext import resnext50_32x4d
from shopee_tf.models.timm_efficientnet import TIMM_EFFICIENTNETS, timm_efficientnet
from shopee_tf.models.weights import load_backbone_weights


def tiny(image_size: int, weights: str) -> keras.Model:
    """Five convolutions, 0.47 million parameters: tells colours and shapes at 64 to 128 pixels."""
    pixels = keras.Input((image_size, image_size, 3), name="image")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="pixels")(pixels)
    for number, filters in enumerate((24, 48, 96, 160, 192), start=1):
        block = f"block{number}"
        x = keras.layers.Conv2D(
            filters, 3, strides=2, padding="same", use_bias=False, name=f"{block}_conv"
        )(x)
        # Statistics of the last ten steps or so: runs of this network are short.
        x = keras.layers.BatchNormalization(momentum=0.9, name=f"{block}_bn")(x)
        x = keras.layers.Activation("silu", name=f"{block}_activation")(x)
    model = keras.Model(pixels, x, name="tiny")
    load_backbone_weights(model, weights)
    return model


# Each takes (image_size, weights) and returns a model of [batch, size, size, 3] pixels in 0..255.
# How the end of each begins stands in `freezing.ENDS`.
BACKBONES: dict[str, Callable[[int, str], keras.Model]] = {
    **{name: functools.partial(build_application, name) for name in APPLICATIONS},
    **{name: functools.partial(timm_efficientnet, name=name) for name in TIMM_EFFICIENTNETS},
    "eca_nfnet_l0": eca_nfnet_l0,
    "eca_nfnet_l0_mish": eca_nfnet_l0_mish,
    "resnext50_32x4d": resnext50_32x4d,
    "autoencoder": autoencoder,
    "cnn": cnn,
    "tiny": tiny,
}


def build_backbone(name: str, image_size: int, weights: str) -> keras.Model:
    """Builds a backbone.

    Args:
      name: one of `BACKBONES`, or "keras_hub:" and a preset of KerasHub.
      image_size: side of the photos in pixels.
      weights: "imagenet", downloaded (of a preset its own); "none"; a weights file of the network
        without its top; or timm's checkpoint (`.safetensors`) of a network that timm has.

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255.

    Raises:
      UsageError: the weights file cannot be read or is of another network; no such preset.
      ResourceError: the weights cannot be downloaded.

    Example:

    >>> build_backbone("tiny", 64, "none").output_shape
    (None, 2, 2, 192)
    """
    if name.startswith(PRESET_PREFIX):
        from shopee_tf.models.preset_backbone import load_preset_backbone

        return load_preset_backbone(name.removeprefix(PRESET_PREFIX), image_size, weights)
    return BACKBONES[name](image_size, weights)
