"""The weights of timm's networks, put into ours, whose layers are named as timm's modules."""

import os
from typing import NamedTuple

import keras
import numpy as np

from shopee_tf.models.channel_attention import EfficientChannelAttention
from shopee_tf.models.grouped_convolution import GroupedConv2D
from shopee_tf.models.safetensors_file import read_safetensors
from shopee_tf.models.scaled_convolution import ScaledStdConv2D
from shopee_tf.models.weights import load_backbone_weights
from tfrecords.errors import UsageError

_OIHW = (2, 3, 1, 0)  # outputs, inputs, height, width -> height, width, inputs, outputs

# For each layer: its variable, the tensor's name below the module's, and which axis of the tensor
# each axis of the variable is.
_CONVOLUTION = (("kernel", "weight", _OIHW), ("bias", "bias", (0,)))
_LAYOUTS = {
    keras.layers.Conv2D: _CONVOLUTION,
    GroupedConv2D: _CONVOLUTION,
    keras.layers.DepthwiseConv2D: (("kernel", "weight", (2, 3, 0, 1)),),
    keras.layers.BatchNormalization: (
        ("gamma", "weight", (0,)),
        ("beta", "bias", (0,)),
        ("moving_mean", "running_mean", (0,)),
        ("moving_variance", "running_var", (0,)),
    ),
    ScaledStdConv2D: (*_CONVOLUTION, ("gain", "gain", _OIHW)),
    EfficientChannelAttention: (("kernel", "conv.weight", (2, 1, 0)),),
}
_CLASSIFIERS = ("head.fc.", "fc.", "classifier.")  # of 1,000 classes of ImageNet: left out
_COUNTERS = ".num_batches_tracked"


class TimmTensor(NamedTuple):
    """Where a tensor of timm's belongs.

    Attributes:
      variable: of our model.
      axes: the axes of the tensor in the order of the variable's.
    """

    variable: keras.Variable
    axes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that timm's tensor has."""
        sizes = dict(zip(self.axes, self.variable.shape))
        return tuple(sizes[axis] for axis in range(len(sizes)))


def start_from(model: keras.Model, weights: str) -> None:
    """Gives a network the weights that --weights names.

    Args:
      model: built, its layers named as timm's modules.
      weights: "none", timm's checkpoint (`.safetensors`), or a weights file of Keras.

    Raises:
      UsageError: the file cannot be read, or is of another network; or "imagenet", which no library
        has for Keras.
    """
    if weights == "imagenet":
        raise UsageError(
            f"--weights=imagenet: Keras has none of {model.name}; give --weights=model.safetensors,"
            " timm's checkpoint from https://huggingface.co/timm, or --weights=none"
        )
    if not weights.endswith(".safetensors"):
        load_backbone_weights(model, weights)
        return
    try:
        load_timm_weights(model, weights)
    except ValueError as error:
        raise UsageError(
            f"--weights={weights}: not the weights of {model.name} ({error})"
        ) from error


def load_timm_weights(model: keras.Model, path: str | os.PathLike) -> None:
    """Loads a checkpoint of timm without its classifier. All tensors are loaded, or none.

    Args:
      model: of `nfnet`, `resnext` or `timm_efficientnet`.
      path: timm's `model.safetensors`.

    Raises:
      ValueError: the file cannot be read, or a tensor is missing, left over, or of another shape.
        The message is one line and names the first.

    Example:

    >>> from shopee_tf.models.resnext import resnext50_32x4d
    >>> load_timm_weights(resnext50_32x4d(224, "none"), "model.safetensors")  # doctest: +SKIP
    """
    expected = timm_tensors(model)
    received = {
        name: tensor
        for name, tensor in read_safetensors(path).items()
        if not name.startswith(_CLASSIFIERS) and not name.endswith(_COUNTERS)
    }
    _refuse("misses", sorted(expected.keys() - received.keys()))
    _refuse("has one too many", sorted(received.keys() - expected.keys()))
    for name, place in expected.items():
        if received[name].shape != place.shape:
            raise ValueError(f"{name}: expected {place.shape}, received {received[name].shape}")
    for name, place in expected.items():
        place.variable.assign(np.transpose(received[name], place.axes).astype("float32"))


def timm_tensors(model: keras.Model) -> dict[str, TimmTensor]:
    """The tensors of timm's checkpoint that a network of ours takes, by timm's names."""
    return {
        f"{layer.name}.{name}": TimmTensor(getattr(layer, attribute), axes)
        for layer in model.layers
        if layer.weights
        for attribute, name, axes in _LAYOUTS[type(layer)]
        if getattr(layer, attribute) is not None
    }


def _refuse(what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise ValueError(f"it {what}: {names[0]}{more}")
