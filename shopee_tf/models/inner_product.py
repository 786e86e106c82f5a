"""The head of a plain classifier: products of embeddings and class weights."""

import keras
from keras import ops


class InnerProduct(keras.layers.Layer):
    """Logits of an ordinary softmax: no bias, no cosines, no margin.

    Args:
      num_classes: number of classes.
      name: of the layer; the optimizer knows the head's variables by it, whatever the head.

    Call arguments:
      inputs: (embeddings [batch, dim], labels [batch] int32); the labels change nothing.

    Example:

    >>> import numpy as np
    >>> InnerProduct(7)((np.ones((2, 4), "float32"), np.array([0, 3]))).shape
    TensorShape([2, 7])
    """

    def __init__(self, num_classes: int, *, name: str = "arc_margin") -> None:
        super().__init__(name=name, dtype="float32")
        self.num_classes = num_classes

    def build(self, input_shape) -> None:
        """Creates the class weights."""
        dim = input_shape[0][-1]
        self.class_centers = self.add_weight(
            name="class_centers",
            shape=(self.num_classes, dim),
            initializer=keras.initializers.RandomNormal(stddev=dim**-0.5),
        )

    def call(self, inputs):
        """Returns [batch, num_classes] float32 logits."""
        embeddings, _ = inputs
        return ops.matmul(ops.cast(embeddings, "float32"), ops.transpose(self.class_centers))

    def compute_output_shape(self, input_shape) -> tuple:
        """(batch, num_classes)."""
        return (input_shape[0][0], self.num_classes)
