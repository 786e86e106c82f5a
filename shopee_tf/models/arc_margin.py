"""ArcFace's formula, the layer that owns the class centres of every head, and their loss."""

import keras
import numpy as np
from keras import ops

from shopee_tf.models.cosines import add_margin, margin_of, true_class
from shopee_tf.models.heads import (
    best_sub_centers,
    cos_margin_logits,
    curricular_logits,
    next_t,
    normalized_softmax_logits,
)

_ANGLES = ("arcface", "sub_center_arcface")
_SMALLEST_SQUARE = 1e-12  # of the length of a centre, as of `ops.normalize`


def arc_margin_logits(cosine, labels, *, scale, margin, easy_margin: bool = False):
    """Adds an angle to the angle between each example and the centre of its class.

    With t the angle whose cosine is given, the logits are `scale * cos(t)` for the other classes
    and `scale * cos(t + margin)` for the true class. cos(t + margin) rises again beyond
    t = pi - margin; there the true class gets `cos(t) - margin * sin(margin)`, which goes on
    falling.

    Args:
      cosine: [batch, num_classes] cosines of the angles; computed in float32 whatever their dtype.
      labels: [batch] int32, the true classes.
      scale: factor of the logits.
      margin: angle in radians, between 0 and pi / 2; a number, a scalar tensor, or one for each
        class, [num_classes].
      easy_margin: adds the margin only where t < pi / 2, and leaves the cosine elsewhere.

    Returns:
      [batch, num_classes] float32 logits. Their gradient is finite at cosines of 1 and -1 too.

    Example:

    >>> logits = arc_margin_logits([[0.6, 0.2]], [0], scale=10.0, margin=0.5)
    >>> [round(float(value), 3) for value in logits[0]]
    [1.43, 2.0]

    References:
      Deng et al., 2019, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition",
      arXiv:1801.07698.
    """
    cosine = ops.cast(cosine, "float32")
    is_true, true_cosine = true_class(cosine, labels)
    target = add_margin(true_cosine, margin_of(margin, labels))
    if easy_margin:
        target = ops.where(true_cosine > 0, target, true_cosine)
    return scale * ops.where(is_true, target[:, None], cosine)


def smoothed_cross_entropy(labels, logits, label_smoothing: float = 0.0):
    """Returns the cross entropy of each example.

    Args:
      labels: [batch] int32, the true classes.
      logits: [batch, num_classes].
      label_smoothing: share of the target that is spread evenly over all classes (Szegedy et al.,
        2015, arXiv:1512.00567).

    Returns:
      [batch] float32.
    """
    log_probabilities = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    target = ops.one_hot(ops.cast(labels, "int32"), log_probabilities.shape[-1], dtype="float32")
    of_label = ops.sum(target * log_probabilities, axis=-1)
    of_all = ops.mean(log_probabilities, axis=-1)
    return -(1.0 - label_smoothing) * of_label - label_smoothing * of_all


class ArcMarginProduct(keras.layers.Layer):
    """Cosines between embeddings and learnt class centres, with the margin of ArcFace or another.

    Works in float32 whatever the precision policy: in bfloat16 two classes whose cosines differ by
    less than 0.004 could not be told apart.

    Args:
      num_classes: number of classes.
      head: the formula: "arcface", "sub_center_arcface", "cosface", "curricular" or
        "normalized_softmax".
      scale: factor of the logits.
      margin: angle in radians, for "cosface" a part of the cosine; a number, or one for each
        class, [num_classes]. It is kept in the variable `margin`, so that a schedule can assign it
        while training; "normalized_softmax" has none, and `margin` is None.
      easy_margin: adds the margin only where the angle is below 90 degrees; of "arcface" and
        "sub_center_arcface".
      sub_centers: centres of each class, of "sub_center_arcface"; the others have one.
      name: of the layer; begins the paths of its variables.

    Call arguments:
      inputs: (embeddings [batch, dim], labels [batch] int32).
      training: True moves the t of "curricular", by the mean over the batches of all devices.

    Example:

    >>> layer = ArcMarginProduct(7, scale=30.0, margin=0.5)
    >>> layer((np.ones((2, 4), "float32"), np.array([0, 3]))).shape
    TensorShape([2, 7])

    References:
      Deng et al., 2019, arXiv:1801.07698; for the others see `shopee_tf.models.heads`.
    """

    def __init__(
        self,
        num_classes: int,
        *,
        head: str = "arcface",
        scale: float = 30.0,
        margin=0.5,
        easy_margin: bool = False,
        sub_centers: int = 3,
        name: str = "arc_margin",
    ) -> None:
        super().__init__(name=name, dtype="float32")
        if head not in CENTER_FORMULAS:
            raise ValueError(
                f"head: expected one of {', '.join(CENTER_FORMULAS)}, received {head!r}"
            )
        if num_classes < 1 or sub_centers < 1:
            raise ValueError(
                "num_classes and sub_centers: expected at least 1, "
                f"received {num_classes} and {sub_centers}"
            )
        if easy_margin and head not in _ANGLES:
            raise ValueError(f"easy_margin: expected a head in {_ANGLES}, received {head!r}")
        shape = np.shape(margin)
        if shape not in ((), (num_classes,)):
            raise ValueError(
                f"margin: expected a number or one for each of {num_classes} classes, "
                f"received shape {shape}"
            )
        self.num_classes = num_classes
        self.head = head
        self.scale = scale
        self.easy_margin = easy_margin
        self.sub_centers = sub_centers if head == "sub_center_arcface" else 1
        self.margin = None
        self._first_margin = np.asarray(margin, "float32")

    def build(self, input_shape) -> None:
        """Creates the class centres, each of length about 1, and what the formula needs besides."""
        dim = input_shape[0][-1]
        self.class_centers = self.add_weight(
            name="class_centers",
            shape=(self.num_classes * self.sub_centers, dim),
            initializer=keras.initializers.RandomNormal(stddev=dim**-0.5),
        )
        if self.head != "normalized_softmax":
            self.margin = self.add_weight(
                name="margin",
                shape=self._first_margin.shape,
                initializer=lambda shape, dtype: ops.convert_to_tensor(self._first_margin, dtype),
                trainable=False,
            )
        if self.head == "curricular":
            # Devices whose batches are equally large assign the mean of the whole batch.
            self.t = self.add_weight(
                name="t", shape=(), initializer="zeros", trainable=False, aggregation="mean"
            )

    def call(self, inputs, training: bool = False):
        """Returns [batch, num_classes] float32 logits."""
        embeddings, labels = inputs
        cosine = self.cosines(embeddings)
        if self.head == "curricular" and training:
            self.t.assign(next_t(self.t, cosine, labels))
        return self.logits(cosine, labels, easy_margin=self.easy_margin)

    def cosines(self, embeddings):
        """Returns [batch, num_classes] float32 cosines to the (nearest) centre of each class."""
        embeddings = ops.normalize(ops.cast(embeddings, "float32"), axis=-1)
        # The centres are the large array: their products are divided by their lengths, and the
        # small arrays transposed, so that neither pass makes another of that size in vain.
        squares = ops.sum(ops.square(self.class_centers), axis=-1)
        products = ops.matmul(self.class_centers, ops.transpose(embeddings))
        cosine = ops.transpose(products) * ops.rsqrt(ops.maximum(squares, _SMALLEST_SQUARE))
        if self.sub_centers > 1:
            cosine = best_sub_centers(cosine, num_classes=self.num_classes)
        return cosine

    def logits(self, cosine, labels, *, easy_margin: bool):
        """Returns what the formula makes of cosines: [batch, num_classes] float32.

        Args:
          cosine: [batch, num_classes].
          labels: [batch] int32, the true classes.
          easy_margin: in the place of the layer's own.
        """
        arguments = self._arguments(easy_margin)
        return CENTER_FORMULAS[self.head](cosine, labels, scale=self.scale, **arguments)

    def _arguments(self, easy_margin: bool) -> dict:
        """What the formula takes besides the scale."""
        arguments = {} if self.margin is None else {"margin": self.margin}
        if self.head in _ANGLES:
            arguments["easy_margin"] = easy_margin
        if self.head == "curricular":
            arguments["t"] = self.t
        return arguments

    def compute_output_shape(self, input_shape) -> tuple:
        """(batch, num_classes)."""
        return (input_shape[0][0], self.num_classes)


CENTER_FORMULAS = {
    "arcface": arc_margin_logits,
    "sub_center_arcface": arc_margin_logits,
    "cosface": cos_margin_logits,
    "curricular": curricular_logits,
    "normalized_softmax": normalized_softmax_logits,
}
