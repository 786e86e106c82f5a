"""From many feature vectors to one: generalized mean over an image, masked mean over tokens."""

import keras
from keras import ops


class GeneralizedMean(keras.layers.Layer):
    """Generalized mean over the positions of a feature map; its exponent is learnt.

    An exponent of 1 is the mean; the larger, the nearer to the maximum. Works in float32.

    Args:
      exponent: where learning begins.
      name: of the layer.

    Call arguments:
      features: [batch, height, width, channels].

    References:
      Radenovic et al., 2018, "Fine-tuning CNN Image Retrieval with No Human Annotation",
      arXiv:1711.02512.
    """

    def __init__(self, exponent: float = 3.0, *, name: str = "generalized_mean") -> None:
        super().__init__(name=name, dtype="float32")
        self._first_exponent = exponent

    def build(self, input_shape) -> None:
        """Creates the exponent."""
        self.exponent = self.add_weight(
            name="exponent",
            shape=(),
            initializer=keras.initializers.Constant(self._first_exponent),
        )

    def call(self, features):
        """Returns [batch, channels] float32."""
        powers = ops.power(ops.maximum(features, 1e-6), self.exponent)
        return ops.power(ops.mean(powers, axis=(1, 2)), 1.0 / self.exponent)


class MaskedMean(keras.layers.Layer):
    """Mean over the tokens that are not padding, in float32.

    Call arguments:
      inputs: (features [batch, length, dim], mask [batch, length], 1 for tokens, 0 for padding).
    """

    def __init__(self, *, name: str = "masked_mean") -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, inputs):
        """Returns [batch, dim] float32; zeros where every token is padding."""
        features, mask = inputs
        weights = ops.cast(mask, "float32")[:, :, None]
        total = ops.sum(ops.cast(features, "float32") * weights, axis=1)
        return total / ops.maximum(ops.sum(weights, axis=1), 1.0)
