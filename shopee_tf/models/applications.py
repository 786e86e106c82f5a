"""The networks of keras.applications as backbones, a row of a table each."""

from collections.abc import Callable
from typing import NamedTuple

import keras
from keras import ops

from shopee_tf.models.imagenet import normalized
from shopee_tf.models.weights import load_backbone_weights
from tfrecords.errors import ResourceError

_MEAN_BYTES = (123.68, 116.779, 103.939)  # of ImageNet in 0..255, as Caffe had them


class Application(NamedTuple):
    """A network of keras.applications.

    Attributes:
      function: its function there.
      pixels: what its weights expect of pixels: "raw", 0..255; "signed", -1..1; "deviations" from
        the mean of ImageNet; or "blue_first", BGR less the mean.
      module: how the name of the first layer of its last module begins.
      layer: the same of its last layer; or the layer's place, counted from the end.
      options: for the function.
    """

    function: str
    pixels: str
    module: str
    layer: str | int
    options: tuple[tuple[str, float], ...] = ()


APPLICATIONS = {
    # Simonyan and Zisserman, 2014, arXiv:1409.1556.
    "vgg16": Application("VGG16", "blue_first", "block5", "block5_conv3"),
    # He et al., 2015, arXiv:1512.03385.
    "resnet50": Application("ResNet50", "blue_first", "conv5", "conv5_block3_3_conv"),
    # Szegedy et al., 2015, arXiv:1512.00567. Its last layer is six convolutions side by side, and
    # Keras only numbers them.
    "inception_v3": Application("InceptionV3", "signed", "mixed9", -22),
    # Tan and Le, 2019, arXiv:1905.11946.
    **{
        f"efficientnet_b{size}": Application(
            f"EfficientNetB{size}", "deviations", "block7", "top_conv"
        )
        for size in range(8)
    },
    # Tan and Le, 2021, arXiv:2104.00298. The larger ones have a block more.
    **{
        f"efficientnet_v2_{size}": Application(
            f"EfficientNetV2{size.upper()}", "raw", last_block, "top_conv"
        )
        for size, last_block in {
            "b0": "block6", "b1": "block6", "b2": "block6", "b3": "block6",
            "s": "block6", "m": "block7", "l": "block7",
        }.items()
    },
    # Liu et al., 2022, arXiv:2201.03545.
    **{
        f"convnext_{size.lower()}": Application(
            f"ConvNeXt{size}", "raw", "stage_3", "stage_3_block_2_pointwise_conv_2"
        )
        for size in ("Tiny", "Small", "Base", "Large", "XLarge")
    },
    # Sandler et al., 2018, arXiv:1801.04381; of width 0.35.
    "mobilenet_v2": Application(
        "MobileNetV2", "signed", "block_16", "Conv_1", (("alpha", 0.35),)
    ),
}  # fmt: skip


def build_application(name: str, image_size: int, weights: str) -> keras.Model:
    """Builds a network of keras.applications behind its preprocessing.

    Args:
      name: in `APPLICATIONS`.
      image_size: side of the photos in pixels.
      weights: "imagenet", downloaded by Keras; "none"; or a weights file without the top.

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255.

    Raises:
      ResourceError: the weights cannot be downloaded.
      UsageError: the file is not one of this network's.

    Example:

    >>> build_application("mobilenet_v2", 64, "none").output_shape
    (None, 2, 2, 1280)
    """
    row = APPLICATIONS[name]
    network = _network(name, image_size, weights)
    if row.pixels == "raw":
        return network
    if row.pixels == "deviations":
        network = _without_preprocessing(network)
    pixels = keras.Input((image_size, image_size, 3), name="image")
    return keras.Model(pixels, network(_PIXELS[row.pixels](pixels)), name=name)


def _network(name: str, image_size: int, weights: str) -> keras.Model:
    row = APPLICATIONS[name]
    function = getattr(keras.applications, row.function)
    options = {
        "include_top": False,
        "input_shape": (image_size, image_size, 3),
        **dict(row.options),
    }
    if weights != "imagenet":
        network = function(weights=None, **options)
        load_backbone_weights(network, weights, name=name)
        return network
    try:
        return function(weights="imagenet", **options)
    except Exception as error:  # Keras raises a bare Exception where it cannot download
        if "fetch failure" not in str(error):
            raise
        raise ResourceError(
            "--weights=imagenet: cannot download them; give --weights=FILE or --weights=none"
        ) from error


def _without_preprocessing(network: keras.Model) -> keras.Model:
    """An EfficientNet without the preprocessing of Keras.

    That has one layer more when weights are downloaded than when they come from a file, so that a
    saved encoder could not be built again without a network.
    """
    first = [layer for layer in network.layers[:4] if layer.name.startswith(("rescal", "normal"))]
    return keras.Model(first[-1].output, network.output)


def _signed(pixels):
    return keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="pixels")(pixels)


def _blue_first(pixels):
    offset = [-mean for mean in _MEAN_BYTES]
    return ops.flip(keras.layers.Rescaling(1.0, offset=offset, name="pixels")(pixels), axis=-1)


_PIXELS: dict[str, Callable] = {
    "signed": _signed,
    "deviations": normalized,
    "blue_first": _blue_first,
}
