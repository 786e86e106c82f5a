"""The cosine of each example's true class: picking it, its margin, adding an angle to it."""

from keras import ops

# Below this square of the sine its root has no usable gradient in float32, and the sine is taken
# to be 0: 1 - cosine**2 carries a rounding error of about 1e-7.
_SMALLEST_SQUARED_SINE = 1e-6


def true_class(cosine, labels):
    """Finds the true class of each example among its cosines.

    Args:
      cosine: [batch, num_classes] float32.
      labels: [batch] int32.

    Returns:
      [batch, num_classes] bool, true in the column of the label, and [batch] float32, the cosine
      there.
    """
    classes = ops.arange(cosine.shape[-1], dtype="int32")
    is_true = ops.cast(labels, "int32")[:, None] == classes
    return is_true, ops.sum(ops.where(is_true, cosine, 0.0), axis=-1)


def margin_of(margin, labels):
    """Returns the margin of each example, float32: a scalar, or [batch] of one for each class.

    Args:
      margin: a number, a scalar tensor, or one for each class, [num_classes].
      labels: [batch] int32.
    """
    margin = ops.cast(margin, "float32")
    return ops.take(margin, labels, axis=0) if len(margin.shape) == 1 else margin


def add_margin(cosine, angle):
    """Returns what an angle added to the true class leaves of its cosine.

    With t = arccos(cosine), cos(t + angle); beyond t = pi - angle, where that would rise again,
    `cosine - angle * sin(angle)`, which goes on falling.

    Args:
      cosine: [batch] float32.
      angle: float32 radians, a scalar or [batch].

    Returns:
      [batch] float32, with a finite gradient at cosines of 1 and -1 too.

    References:
      Deng et al., 2019, arXiv:1801.07698, and the authors' code.
    """
    beyond = cosine - angle * ops.sin(angle)
    return ops.where(cosine > -ops.cos(angle), _add_angle(cosine, angle), beyond)


def _add_angle(cosine, angle):
    """cos(t + angle) of t = arccos(cosine), with a finite gradient where sin(t) = 0."""
    squared_sine = (1.0 - cosine) * (1.0 + cosine)
    has_root = squared_sine > _SMALLEST_SQUARED_SINE
    sine = ops.where(has_root, ops.sqrt(ops.where(has_root, squared_sine, 1.0)), 0.0)
    return cosine * ops.cos(angle) - sine * ops.sin(angle)
