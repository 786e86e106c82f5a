"""Which layers of an image backbone train."""

from collections.abc import Iterator

import keras

# How the names of the layers begin that train when only the end of a backbone does.
_LAST_MODULE = {
    "efficientnet_b0": ("block7", "top_"),
    "efficientnet_b3": ("block7", "top_"),
    "efficientnet_v2_b0": ("block6", "top_"),
    "mobilenet_v2": ("block_16_", "Conv_1"),
    "tiny": ("block4", "block5"),
}
_LAST_LAYER = {
    "efficientnet_b0": ("top_",),
    "efficientnet_b3": ("top_",),
    "efficientnet_v2_b0": ("top_",),
    "mobilenet_v2": ("Conv_1",),
    "tiny": ("block5",),
}


def freeze(model: keras.Model, backbone: str, unfreeze: str) -> None:
    """Leaves only the named end of a backbone trainable.

    The batch normalizations of frozen layers keep their statistics: in Keras 3 a layer with
    `trainable = False` runs as in inference.

    Args:
      model: what the builder of that backbone gave.
      backbone: its name.
      unfreeze: "all", "last_module", "last_layer" or "none".
    """
    if unfreeze == "all":
        return
    beginnings = {"last_module": _LAST_MODULE, "last_layer": _LAST_LAYER, "none": {}}[unfreeze]
    prefixes = beginnings.get(backbone, ())
    for layer in leaf_layers(model):
        layer.trainable = bool(prefixes) and layer.name.startswith(prefixes)
    if prefixes and not model.trainable_variables:
        raise ValueError(f"{backbone}: expected layers named {prefixes}*, found none")


def leaf_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model and of the models inside it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaf_layers(layer)
        else:
            yield layer
