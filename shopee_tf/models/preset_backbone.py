"""A KerasHub preset as a backbone of photos."""

from collections.abc import Sequence

import keras

from shopee_tf.models.preset import import_keras_hub, load_backbone
from shopee_tf.models.weights import load_backbone_weights
from tfrecords.errors import UsageError

_NAME = "preset_backbone"
_MADE_ANEW = ("dtype", "name", "trainable")  # they depend on the process, not on the network


def load_preset_backbone(preset: str, image_size: int, weights: str) -> keras.Model:
    """Loads the backbone of a preset behind its preprocessing.

    Args:
      preset: name or folder.
      image_size: side of the photos in pixels.
      weights: "imagenet", those of the preset; "none"; or a weights file of the backbone.

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255 -> feature map; the tokens of a
      transformer are a map of width 1.

    Raises:
      UsageError: KerasHub is missing, there is no such preset, or it is not one of photos.
    """
    flag = f"--backbone=keras_hub:{preset}"
    backbone = load_backbone(preset, pretrained=weights == "imagenet", flag=flag)
    try:
        converter = import_keras_hub().layers.ImageConverter.from_preset(preset)
    except (OSError, ValueError, KeyError) as error:
        first_line = str(error).strip().splitlines()[0]
        raise UsageError(f"{flag}: not a preset of photos ({first_line})") from error
    if weights != "imagenet":
        load_backbone_weights(backbone, weights)
    try:
        return _behind_pixels(backbone, converter.scale, converter.offset, image_size)
    except ValueError as error:
        first_line = str(error).strip().splitlines()[0]
        raise UsageError(
            f"{flag}: takes no photos of {image_size} pixels ({first_line})"
        ) from error


def describe_preset_backbone(encoder: keras.Model) -> dict:
    """What it takes to build the backbone inside an encoder again, without the preset."""
    network = encoder.get_layer(_NAME)
    (backbone,) = (layer for layer in network.layers if isinstance(layer, keras.Model))
    pixels, config = network.get_layer("pixels"), backbone.get_config()
    return {
        "class": type(backbone).__name__,
        "config": {name: value for name, value in config.items() if name not in _MADE_ANEW},
        "scale": pixels.scale,
        "offset": pixels.offset,
    }


def rebuild_preset_backbone(described: dict, image_size: int) -> keras.Model:
    """Builds what `describe_preset_backbone` described, its weights as they are made."""
    backbone = getattr(import_keras_hub().models, described["class"])
    network = backbone.from_config(described["config"])
    return _behind_pixels(network, described["scale"], described["offset"], image_size)


def _behind_pixels(
    backbone: keras.Model,
    scale: float | Sequence[float] | None,
    offset: float | Sequence[float] | None,
    image_size: int,
) -> keras.Model:
    pixels = keras.Input((image_size, image_size, 3), name="image")
    scaled = keras.layers.Rescaling(
        1.0 if scale is None else scale, offset=0.0 if offset is None else offset, name="pixels"
    )(pixels)
    features = backbone(scaled)
    if isinstance(features, dict) or len(features.shape) not in (3, 4):
        raise ValueError("it gives no single feature map")
    if len(features.shape) == 3:
        features = keras.layers.Reshape((features.shape[1], 1, features.shape[2]))(features)
    return keras.Model(pixels, features, name=_NAME)
