"""Image backbones: networks from raw pixels to a map of features."""

from collections.abc import Callable

import keras

from shopee_tf.models.weights import load_pretrained
from tfrecords.errors import ResourceError, UsageError

_MEAN = (0.485, 0.456, 0.406)  # of the RGB channels of ImageNet, in 0..1
_DEVIATION = (0.229, 0.224, 0.225)


def efficientnet_b0(image_size: int, weights: str) -> keras.Model:
    """EfficientNet-B0 (Tan and Le, 2019, arXiv:1905.11946)."""
    return _efficientnet(keras.applications.EfficientNetB0, image_size, weights)


def efficientnet_b3(image_size: int, weights: str) -> keras.Model:
    """EfficientNet-B3 (Tan and Le, 2019, arXiv:1905.11946)."""
    return _efficientnet(keras.applications.EfficientNetB3, image_size, weights)


def efficientnet_v2_b0(image_size: int, weights: str) -> keras.Model:
    """EfficientNetV2-B0 (Tan and Le, 2021, arXiv:2104.00298)."""
    return _pretrained(keras.applications.EfficientNetV2B0, image_size, weights)


def mobilenet_v2(image_size: int, weights: str) -> keras.Model:
    """MobileNetV2 of width 0.35 (Sandler et al., 2018, arXiv:1801.04381)."""
    network = _pretrained(keras.applications.MobileNetV2, image_size, weights, alpha=0.35)
    pixels = keras.Input((image_size, image_size, 3), name="image")
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="pixels")(pixels)
    return keras.Model(pixels, network(scaled), name="mobilenet_v2")


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
    _load(model, weights)
    return model


# Each takes (image_size, weights) and returns a model of [batch, size, size, 3] pixels in 0..255.
BACKBONES: dict[str, Callable[[int, str], keras.Model]] = {
    "efficientnet_b0": efficientnet_b0,
    "efficientnet_b3": efficientnet_b3,
    "efficientnet_v2_b0": efficientnet_v2_b0,
    "mobilenet_v2": mobilenet_v2,
    "tiny": tiny,
}


def _efficientnet(build: Callable, image_size: int, weights: str) -> keras.Model:
    """The network behind the preprocessing of Keras, and behind ours.

    Keras's has one layer more when its weights are downloaded than when they come from a file, so
    that a saved encoder could not be built again without a network.
    """
    network = _pretrained(build, image_size, weights)
    last = [layer for layer in network.layers[:4] if layer.name.startswith(("rescal", "normal"))][
        -1
    ]
    network = keras.Model(last.output, network.output)
    pixels = keras.Input((image_size, image_size, 3), name="image")
    scaled = keras.layers.Rescaling(
        [1 / (255 * deviation) for deviation in _DEVIATION],
        offset=[-mean / deviation for mean, deviation in zip(_MEAN, _DEVIATION)],
        name="pixels",
    )(pixels)
    return keras.Model(pixels, network(scaled), name="efficientnet")


def _pretrained(build: Callable, image_size: int, weights: str, **kwargs) -> keras.Model:
    shape = (image_size, image_size, 3)
    if weights != "imagenet":
        model = build(include_top=False, weights=None, input_shape=shape, **kwargs)
        _load(model, weights)
        return model
    try:
        return build(include_top=False, weights="imagenet", input_shape=shape, **kwargs)
    except Exception as error:  # Keras raises a bare Exception where it cannot download
        if "fetch failure" not in str(error):
            raise
        raise ResourceError(
            "--weights=imagenet: cannot download them; give --weights=FILE or --weights=none"
        ) from error


def _load(model: keras.Model, weights: str) -> None:
    if weights == "none":
        return
    try:
        load_pretrained(model, weights)
    except ValueError as error:
        raise UsageError(
            f"--weights={weights}: not a weights file of {model.name} without its top ({error})"
        ) from error
