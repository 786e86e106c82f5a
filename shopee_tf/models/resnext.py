"""ResNeXt-50: a residual network whose bottlenecks work in 32 groups."""

import keras

from shopee_tf.models.grouped_convolution import GroupedConv2D
from shopee_tf.models.imagenet import imagenet_pixels
from shopee_tf.models.padding import pad_evenly
from shopee_tf.models.timm_weights import start_from

_STAGES = ((3, 128, 1), (4, 256, 2), (6, 512, 2), (3, 1024, 2))  # blocks, middle, strides
_GROUPS = 32


def resnext50_32x4d(image_size: int, weights: str) -> keras.Model:
    """ResNeXt-50 of 32 groups of 4, timm's `resnext50_32x4d`, 2,048 features.

    The layers are named as timm's modules.

    Args:
      image_size: side of the photos in pixels.
      weights: "none", timm's checkpoint (`.safetensors`), or a weights file of Keras.

    Returns:
      A model of [batch, image_size, image_size, 3] pixels in 0..255, which it normalises itself.

    Raises:
      UsageError: the weights cannot be read, or are of another network.

    References:
      Xie et al., 2017, "Aggregated Residual Transformations for Deep Neural Networks",
      arXiv:1611.05431; timm/models/resnet.py.
    """
    pixels, x = imagenet_pixels(image_size)
    x = _convolve(x, 64, 7, strides=2, name="conv1", norm="bn1")
    x = keras.layers.Activation("relu", name="act1")(x)
    x = keras.layers.ZeroPadding2D(1, name="maxpool.pad")(x)  # no maximum: all are 0 or more
    x = keras.layers.MaxPooling2D(3, 2, name="maxpool")(x)
    for stage, (blocks, middle, strides) in enumerate(_STAGES, start=1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            x = _block(x, middle, strides=strides if block == 0 else 1, name=name)
    model = keras.Model(pixels, x, name="resnext50_32x4d")
    start_from(model, weights)
    return model


def _block(x, middle: int, *, strides: int, name: str):
    shortcut, filters = x, 2 * middle
    if strides > 1 or x.shape[-1] != filters:
        down = f"{name}.downsample"
        shortcut = _convolve(x, filters, 1, strides=strides, name=f"{down}.0", norm=f"{down}.1")
    x = _convolve(x, middle, 1, name=f"{name}.conv1", norm=f"{name}.bn1")
    x = keras.layers.Activation("relu", name=f"{name}.act1")(x)
    x = _convolve(
        x, middle, 3, strides=strides, groups=_GROUPS, name=f"{name}.conv2", norm=f"{name}.bn2"
    )
    x = keras.layers.Activation("relu", name=f"{name}.act2")(x)
    # The branch starts from nothing: training decides what it adds.
    x = _convolve(x, filters, 1, first_gamma="zeros", name=f"{name}.conv3", norm=f"{name}.bn3")
    x = keras.layers.Add(name=f"{name}.add")([x, shortcut])
    return keras.layers.Activation("relu", name=f"{name}.act3")(x)


def _convolve(x, filters, kernel_size, *, name, norm, strides=1, groups=1, first_gamma="ones"):
    x, padding = pad_evenly(x, kernel_size, strides, name=name)
    layer = keras.layers.Conv2D if groups == 1 else GroupedConv2D
    x = layer(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        groups=groups,
        use_bias=False,
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
        name=name,
    )(x)
    return keras.layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=first_gamma, name=norm
    )(x)
