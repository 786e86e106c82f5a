"""The additive angular margin of ArcFace: its formula, its layer, and its loss."""

import keras
import numpy as np
from keras import ops

# Below this square of the sine its root has no usable gradient in float32, and the sine is taken
# to be 0: 1 - cosine**2 carries a rounding error of about 1e-7.
_SMALLEST_SQUARED_SINE = 1e-6


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
    labels = ops.cast(labels, "int32")
    margin = ops.cast(margin, "float32")
    is_true = labels[:, None] == ops.arange(cosine.shape[-1], dtype="int32")  # [batch, classes]
    if len(margin.shape) == 1:
        margin = ops.take(margin, labels, axis=0)  # [batch]
    true_cosine = ops.sum(ops.where(is_true, cosine, 0.0), axis=-1)  # [batch]
    with_margin = _add_angle(true_cosine, margin)
    if easy_margin:
        target = ops.where(true_cosine > 0, with_margin, true_cosine)
    else:
        beyond = true_cosine - margin * ops.sin(margin)
        target = ops.where(true_cosine > -ops.cos(margin), with_margin, beyond)
    return scale * ops.where(is_true, target[:, None], cosine)


def _add_angle(cosine, angle):
    """cos(t + angle) of t = arccos(cosine), with a finite gradient where sin(t) = 0."""
    squared_sine = (1.0 - cosine) * (1.0 + cosine)
    has_root = squared_sine > _SMALLEST_SQUARED_SINE
    sine = ops.where(has_root, ops.sqrt(ops.where(has_root, squared_sine, 1.0)), 0.0)
    return cosine * ops.cos(angle) - sine * ops.sin(angle)


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
    """Cosines between embeddings and learnt class centres, with the margin of ArcFace.

    Works in float32 whatever the precision policy: in bfloat16 two classes whose cosines differ by
    less than 0.004 could not be told apart.

    Args:
      num_classes: number of class centres.
      scale: factor of the logits.
      margin: angle in radians; a number, or one for each class, [num_classes]. It is kept in the
        variable `margin`, so that a schedule can assign it while training.
      easy_margin: adds the margin only where the angle is below 90 degrees.
      name: of the layer; begins the paths of its variables.

    Call arguments:
      inputs: (embeddings [batch, dim], labels [batch] int32).

    Example:

    >>> layer = ArcMarginProduct(7, scale=30.0, margin=0.5)
    >>> layer((np.ones((2, 4), "float32"), np.array([0, 3]))).shape
    TensorShape([2, 7])

    References:
      Deng et al., 2019, arXiv:1801.07698.
    """

    def __init__(
        self,
        num_classes: int,
        *,
        scale: float = 30.0,
        margin=0.5,
        easy_margin: bool = False,
        name: str = "arc_margin",
    ) -> None:
        super().__init__(name=name, dtype="float32")
        if num_classes < 1:
            raise ValueError(f"num_classes: expected at least 1, received {num_classes}")
        shape = np.shape(margin)
        if shape not in ((), (num_classes,)):
            raise ValueError(
                f"margin: expected a number or one for each of {num_classes} classes, "
                f"received shape {shape}"
            )
        self.num_classes = num_classes
        self.scale = scale
        self.easy_margin = easy_margin
        self._first_margin = np.asarray(margin, "float32")

    def build(self, input_shape) -> None:
        """Creates the class centres, each of length about 1, and the margin."""
        dim = input_shape[0][-1]
        self.class_centers = self.add_weight(
            name="class_centers",
            shape=(self.num_classes, dim),
            initializer=keras.initializers.RandomNormal(stddev=dim**-0.5),
        )
        self.margin = self.add_weight(
            name="margin",
            shape=self._first_margin.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(self._first_margin, dtype),
            trainable=False,
        )

    def call(self, inputs):
        """Returns [batch, num_classes] float32 logits."""
        embeddings, labels = inputs
        embeddings = ops.normalize(ops.cast(embeddings, "float32"), axis=-1)
        centers = ops.normalize(self.class_centers, axis=-1)
        cosine = ops.matmul(embeddings, ops.transpose(centers))
        return arc_margin_logits(
            cosine, labels, scale=self.scale, margin=self.margin, easy_margin=self.easy_margin
        )

    def compute_output_shape(self, input_shape) -> tuple:
        """(batch, num_classes)."""
        return (input_shape[0][0], self.num_classes)
