"""The pixels that networks of ImageNet expect."""

import keras

MEAN = (0.485, 0.456, 0.406)  # of the RGB channels of ImageNet, in 0..1
DEVIATION = (0.229, 0.224, 0.225)


def imagenet_pixels(image_size: int) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Begins a network: raw pixels, and the same of mean 0 and deviation 1 over ImageNet.

    Args:
      image_size: side of the photos in pixels.

    Returns:
      ([batch, image_size, image_size, 3] in 0..255, that normalised, by the layer "pixels").
    """
    pixels = keras.Input((image_size, image_size, 3), name="image")
    return pixels, normalized(pixels)


def normalized(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Brings pixels in 0..255 to mean 0 and deviation 1 over ImageNet, by the layer "pixels"."""
    return keras.layers.Rescaling(
        [1 / (255 * deviation) for deviation in DEVIATION],
        offset=[-mean / deviation for mean, deviation in zip(MEAN, DEVIATION)],
        name="pixels",
    )(pixels)
