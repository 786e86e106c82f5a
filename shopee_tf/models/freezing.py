"""Which layers of an image backbone train."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import keras

from shopee_tf.models.applications import APPLICATIONS
from shopee_tf.models.timm_efficientnet import TIMM_EFFICIENTNETS
from tfrecords.errors import UsageError


class End(NamedTuple):
    """Where the end of a backbone begins; from there on all layers belong to it.

    Attributes:
      module: how the name of the first layer of the last module begins.
      layer: the same of the last layer; or that layer's place, counted from the end.
    """

    module: str
    layer: str | int


ENDS: dict[str, End] = {
    **{name: End(row.module, row.layer) for name, row in APPLICATIONS.items()},
    **dict.fromkeys(TIMM_EFFICIENTNETS, End("blocks.6", "conv_head")),
    **dict.fromkeys(("eca_nfnet_l0", "eca_nfnet_l0_mish"), End("stages.3", "final_conv")),
    "resnext50_32x4d": End("layer4", "layer4.2.conv3"),
    "autoencoder": End("block4", "block5"),
    "cnn": End("block3", "dense"),
    "tiny": End("block4", "block5"),
}

_BLOCK = re.compile(r"(?:blocks?|stages?|layer|mixed|conv(?!2d))[_.]?\d+[a-z]?")
_SHOWN = 8  # names of blocks in a message, the last ones


def freeze(
    model: keras.Model, backbone: str, unfreeze: str, *, train_batch_norm: bool = True
) -> None:
    """Leaves only the end of a backbone trainable.

    Batch normalizations that do not train keep their statistics too: in Keras 3 a layer with
    `trainable = False` runs as in inference.

    Args:
      model: what the builder of that backbone gave.
      backbone: its name.
      unfreeze: "all", "last_module", "last_layer", "none"; or how the name of a layer begins, the
        first of those that train.
      train_batch_norm: False keeps all batch normalizations as they are.

    Raises:
      UsageError: no layer is called so.
    """
    layers = list(leaf_layers(model))
    first = _first_to_train(layers, backbone, unfreeze)
    for position, layer in enumerate(layers):
        layer.trainable = position >= first
    if not train_batch_norm:
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False


def leaf_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model and of the models inside it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaf_layers(layer)
        else:
            yield layer


def _first_to_train(layers, backbone, unfreeze) -> int:
    if unfreeze in ("all", "none"):
        return 0 if unfreeze == "all" else len(layers)
    start = unfreeze
    if unfreeze in ("last_module", "last_layer"):
        if backbone not in ENDS:
            raise UsageError(
                f"--unfreeze={unfreeze}: not known of {backbone}; {_advice(layers, backbone)}"
            )
        end = ENDS[backbone]
        start = end.module if unfreeze == "last_module" else end.layer
    if isinstance(start, int):
        return len(layers) + start
    names = [layer.name.removeprefix(f"{backbone}_") for layer in layers]  # as ConvNeXt has them
    first = next((at for at, name in enumerate(names) if name.startswith(start)), len(layers))
    if not any(layer.weights for layer in layers[first:]):
        raise UsageError(
            f"--unfreeze={unfreeze}: {backbone} has no layers to train from there on; "
            f"{_advice(layers, backbone)}"
        )
    return first


def _advice(layers, backbone) -> str:
    found = (_BLOCK.search(layer.name) for layer in layers)
    blocks = list(dict.fromkeys(match.group() for match in found if match))[-_SHOWN:]
    such = f", such as {', '.join(blocks)}" if blocks else ""
    words = "none, all, last_module, last_layer" if backbone in ENDS else "none, all"
    return f"give {words}, or how the name of the first layer to train begins{such}"
